-- title: Principals that try what they may not
-- description: >-
--   Many refused calls of different actions within one hour, as enumeration with stolen credentials leaves them.
-- category: threat hunting
-- attack: [T1526, T1580]
-- parameters:
--   refused: {type: int, default: 20, about: refused calls in an hour at least}
--   actions: {type: int, default: 5, about: different actions at least}
SELECT date_trunc('hour', eventTime) AS hour, account, coalesce(sessionIssuerArn, userArn) AS principal,
       count(*) AS refused, count(DISTINCT eventName) AS actions, count(DISTINCT eventSource) AS services,
       min(sourceIPAddress) AS an_address
FROM cloudtrail
WHERE errorCode IN ('AccessDenied', 'AccessDeniedException', 'Client.UnauthorizedOperation', 'UnauthorizedOperation')
GROUP BY date_trunc('hour', eventTime), account, coalesce(sessionIssuerArn, userArn)
HAVING count(*) >= $refused AND count(DISTINCT eventName) >= $actions
ORDER BY 4 DESC, 1, 3
