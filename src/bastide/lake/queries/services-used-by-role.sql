-- title: Services that each role uses
-- description: Roles with the services they called, reads and writes apart, and when last.
-- category: least privilege
SELECT sessionIssuerArn AS role, eventSource, count(CASE WHEN readOnly = true THEN 1 END) AS reads,
       count(CASE WHEN readOnly = false THEN 1 END) AS writes, count(errorCode) AS refused, max(eventTime) AS last_used
FROM cloudtrail
WHERE sessionIssuerArn IS NOT NULL
GROUP BY sessionIssuerArn, eventSource
ORDER BY role, eventSource
