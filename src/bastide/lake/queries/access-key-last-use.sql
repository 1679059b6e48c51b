-- title: Users' access keys and their last use
-- description: >-
--   Long-lived keys (AKIA) with the user, the last event and how many days before the newest event that was.
-- category: least privilege
WITH newest AS (
  SELECT max(eventTime) AS moment FROM cloudtrail
), used AS (
  SELECT account, accessKeyId, min(userName) AS user_name, count(*) AS events, count(DISTINCT eventSource) AS services,
         max(eventTime) AS last_used
  FROM cloudtrail
  WHERE accessKeyId LIKE 'AKIA%'
  GROUP BY account, accessKeyId
)
SELECT used.account, used.accessKeyId, used.user_name, used.events, used.services, used.last_used,
       CASE WHEN used.last_used < newest.moment - 90 * INTERVAL '1' DAY THEN true ELSE false END AS unused_for_90_days
FROM used CROSS JOIN newest
ORDER BY used.last_used, used.accessKeyId
