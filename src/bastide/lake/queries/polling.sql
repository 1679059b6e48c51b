-- title: Polling that could be an event
-- description: Read actions that one principal repeats thousands of times a day; they cost throttling and log volume.
-- category: cost of trails
-- parameters:
--   calls: {type: int, default: 1000, about: calls a day at least}
SELECT CAST(eventTime AS DATE) AS day, account, coalesce(sessionIssuerArn, userArn) AS principal, eventSource, eventName,
       count(*) AS calls, count(errorCode) AS failed
FROM cloudtrail
WHERE readOnly = true
GROUP BY CAST(eventTime AS DATE), account, coalesce(sessionIssuerArn, userArn), eventSource, eventName
HAVING count(*) >= $calls
ORDER BY 6 DESC, 1, 3, 5
