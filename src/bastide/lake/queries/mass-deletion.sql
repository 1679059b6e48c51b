-- title: Mass deletion in an hour
-- description: Principals that deleted very much in one hour, whatever the service.
-- category: threat hunting
-- attack: [T1485]
-- parameters:
--   deletions: {type: int, default: 100, about: successful deletions in an hour at least}
SELECT date_trunc('hour', eventTime) AS hour, account, coalesce(sessionIssuerArn, userArn) AS principal, eventSource,
       count(*) AS deletions, count(DISTINCT eventName) AS actions, min(sourceIPAddress) AS an_address
FROM cloudtrail
WHERE errorCode IS NULL AND invokedBy IS NULL
  AND (eventName LIKE 'Delete%' OR eventName LIKE 'Terminate%' OR eventName LIKE 'BatchDelete%')
GROUP BY date_trunc('hour', eventTime), account, coalesce(sessionIssuerArn, userArn), eventSource
HAVING count(*) >= $deletions
ORDER BY 5 DESC, 1, 3, 4
