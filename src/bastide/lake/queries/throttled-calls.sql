-- title: Calls that were throttled
-- description: Refusals for too many requests by principal and action; each retry is another event.
-- category: cost of trails
SELECT account, awsRegion, coalesce(sessionIssuerArn, userArn) AS principal, eventSource, eventName, count(*) AS throttled,
       max(eventTime) AS last_seen
FROM cloudtrail
WHERE errorCode LIKE '%Throttl%' OR errorCode LIKE '%RequestLimitExceeded%' OR errorCode LIKE '%TooManyRequests%'
   OR errorCode LIKE '%SlowDown%'
GROUP BY account, awsRegion, coalesce(sessionIssuerArn, userArn), eventSource, eventName
ORDER BY 6 DESC, principal, eventName
