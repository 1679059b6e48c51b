-- title: Every change of IAM
-- description: Successful writes to IAM and Identity Center, with who made them and what they asked for.
-- category: compliance evidence
SELECT eventTime, account, coalesce(sessionIssuerArn, userArn) AS principal, eventSource, eventName, requestParameters,
       sourceIPAddress
FROM cloudtrail
WHERE eventSource IN ('iam.amazonaws.com', 'sso.amazonaws.com', 'identitystore.amazonaws.com', 'sso-directory.amazonaws.com')
  AND readOnly = false AND errorCode IS NULL
ORDER BY eventTime, eventName
