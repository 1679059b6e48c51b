-- title: Which days have events, by account
-- description: >-
--   Events a day and account with the first and last; a day that is missing or thin is a gap in the evidence.
-- category: compliance evidence
SELECT account, CAST(eventTime AS DATE) AS day, count(*) AS events, count(DISTINCT awsRegion) AS regions,
       min(eventTime) AS first_event, max(eventTime) AS last_event
FROM cloudtrail
GROUP BY account, CAST(eventTime AS DATE)
ORDER BY account, day
