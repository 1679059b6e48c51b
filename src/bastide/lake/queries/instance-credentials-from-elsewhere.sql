-- title: An instance's credentials used from several addresses
-- description: >-
--   Sessions of EC2 instance profiles are named by the instance; one that comes from several public addresses has
--   been carried off the machine.
-- category: threat hunting
-- attack: [T1552.005]
SELECT account, sessionIssuerArn AS role, principalId, count(DISTINCT sourceIPAddress) AS addresses,
       min(sourceIPAddress) AS one_address, max(sourceIPAddress) AS another_address, min(eventTime) AS first_seen,
       max(eventTime) AS last_seen
FROM cloudtrail
WHERE userType = 'AssumedRole' AND regexp_matches(principalId, ':i-[0-9a-f]+$')
  AND sourceIPAddress NOT LIKE '%.amazonaws.com' AND sourceIPAddress <> 'AWS Internal'
  AND NOT regexp_matches(sourceIPAddress, '^(10[.]|192[.]168[.]|172[.](1[6-9]|2[0-9]|3[01])[.])')
GROUP BY account, sessionIssuerArn, principalId
HAVING count(DISTINCT sourceIPAddress) > 1
ORDER BY 4 DESC, principalId
