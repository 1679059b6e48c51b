-- title: Roles guessed across accounts
-- description: >-
--   Callers whose AssumeRole calls for many different roles were refused, as enumeration of role names leaves
--   them.
-- category: threat hunting
-- attack: [T1087.004]
-- parameters:
--   roles: {type: int, default: 5, about: different roles at least}
SELECT coalesce(sessionIssuerArn, userArn) AS principal, count(DISTINCT json_text(requestParameters, '$.roleArn')) AS roles,
       count(*) AS refused, min(eventTime) AS first_seen, max(eventTime) AS last_seen, min(sourceIPAddress) AS an_address
FROM cloudtrail
WHERE eventSource = 'sts.amazonaws.com' AND eventName = 'AssumeRole' AND errorCode = 'AccessDenied'
GROUP BY coalesce(sessionIssuerArn, userArn)
HAVING count(DISTINCT json_text(requestParameters, '$.roleArn')) >= $roles
ORDER BY 2 DESC, 1
