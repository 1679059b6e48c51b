-- title: Principals that only ever read
-- description: Roles and users without one successful write; they can lose their write permissions.
-- category: least privilege
-- parameters:
--   events: {type: int, default: 100, about: events at least, so that the rarely used do not count}
SELECT coalesce(sessionIssuerArn, userArn) AS principal, count(*) AS events, count(DISTINCT eventSource) AS services,
       max(eventTime) AS last_used
FROM cloudtrail
WHERE coalesce(sessionIssuerArn, userArn) IS NOT NULL
GROUP BY coalesce(sessionIssuerArn, userArn)
HAVING count(*) >= $events AND count(CASE WHEN readOnly = false AND errorCode IS NULL THEN 1 END) = 0
ORDER BY 2 DESC, principal
