-- title: What principals were refused
-- description: >-
--   Actions that were denied, by principal; either a policy lacks them, or somebody tries what they should not.
-- category: least privilege
SELECT coalesce(sessionIssuerArn, userArn) AS principal, eventSource, eventName, errorCode, count(*) AS refused,
       max(eventTime) AS last_seen, max(errorMessage) AS a_message
FROM cloudtrail
WHERE errorCode LIKE '%AccessDenied%' OR errorCode LIKE '%UnauthorizedOperation%' OR errorCode = 'NotAuthorized'
GROUP BY coalesce(sessionIssuerArn, userArn), eventSource, eventName, errorCode
ORDER BY 5 DESC, principal, eventName
