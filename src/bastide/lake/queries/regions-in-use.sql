-- title: Regions in use by account
-- description: Successful events and writes by Region; Regions that are not here can be closed.
-- category: least privilege
SELECT account, awsRegion, count(*) AS events, count(CASE WHEN readOnly = false THEN 1 END) AS writes,
       count(DISTINCT eventSource) AS services, max(eventTime) AS last_used
FROM cloudtrail
WHERE errorCode IS NULL AND invokedBy IS NULL
GROUP BY account, awsRegion
ORDER BY account, awsRegion
