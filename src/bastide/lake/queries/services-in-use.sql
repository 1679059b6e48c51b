-- title: Services in use by account
-- description: Which services people and workloads call in each account; all others can be denied by a guardrail.
-- category: least privilege
SELECT account, eventSource, count(*) AS events, count(CASE WHEN readOnly = false THEN 1 END) AS writes,
       count(DISTINCT coalesce(sessionIssuerArn, userArn)) AS principals, max(eventTime) AS last_used
FROM cloudtrail
WHERE invokedBy IS NULL AND errorCode IS NULL
GROUP BY account, eventSource
ORDER BY account, eventSource
