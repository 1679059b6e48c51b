-- title: Which actions each principal uses
-- description: Principals with the actions that succeeded, how often and when last; what a policy has to allow.
-- category: least privilege
SELECT coalesce(sessionIssuerArn, userArn) AS principal, eventSource, eventName, count(*) AS events,
       count(DISTINCT awsRegion) AS regions, max(eventTime) AS last_used
FROM cloudtrail
WHERE errorCode IS NULL AND coalesce(sessionIssuerArn, userArn) IS NOT NULL
GROUP BY coalesce(sessionIssuerArn, userArn), eventSource, eventName
ORDER BY principal, eventSource, eventName
