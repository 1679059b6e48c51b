-- title: Many secrets read in an hour
-- description: Principals that read the values of several different secrets or parameters in one hour.
-- category: threat hunting
-- attack: [T1555.006]
-- parameters:
--   secrets: {type: int, default: 10, about: different secrets at least}
WITH reads AS (
  SELECT date_trunc('hour', eventTime) AS hour, account, coalesce(sessionIssuerArn, userArn) AS principal,
         sourceIPAddress,
         coalesce(json_text(requestParameters, '$.secretId'), json_text(requestParameters, '$.name'),
                  json_text(requestParameters, '$.names'), json_text(requestParameters, '$.path')) AS secret
  FROM cloudtrail
  WHERE errorCode IS NULL
    AND ((eventSource = 'secretsmanager.amazonaws.com' AND eventName IN ('GetSecretValue', 'BatchGetSecretValue'))
      OR (eventSource = 'ssm.amazonaws.com' AND eventName IN ('GetParameter', 'GetParameters', 'GetParametersByPath')
          AND json_text(requestParameters, '$.withDecryption') = 'true'))
)
SELECT hour, account, principal, count(DISTINCT secret) AS secrets, count(*) AS calls, min(sourceIPAddress) AS an_address
FROM reads
GROUP BY hour, account, principal
HAVING count(DISTINCT secret) >= $secrets
ORDER BY 4 DESC, hour, principal
