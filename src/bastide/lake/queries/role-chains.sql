-- title: Who takes which role
-- description: Successful AssumeRole, with web identity and SAML, by caller and role, also across accounts.
-- category: least privilege
SELECT coalesce(sessionIssuerArn, userArn, invokedBy, userName) AS caller, eventName,
       json_text(requestParameters, '$.roleArn') AS role, count(*) AS times,
       count(DISTINCT json_text(requestParameters, '$.roleSessionName')) AS session_names, max(eventTime) AS last_seen
FROM cloudtrail
WHERE eventSource = 'sts.amazonaws.com' AND errorCode IS NULL
  AND eventName IN ('AssumeRole', 'AssumeRoleWithWebIdentity', 'AssumeRoleWithSAML')
GROUP BY coalesce(sessionIssuerArn, userArn, invokedBy, userName), eventName, json_text(requestParameters, '$.roleArn')
ORDER BY role, caller
