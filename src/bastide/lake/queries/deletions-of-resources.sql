-- title: What was deleted, by whom
-- description: Successful deletions and terminations, with the parameters that name what is gone.
-- category: compliance evidence
SELECT eventTime, account, awsRegion, coalesce(sessionIssuerArn, userArn) AS principal, eventSource, eventName,
       requestParameters
FROM cloudtrail
WHERE errorCode IS NULL AND readOnly = false
  AND (eventName LIKE 'Delete%' OR eventName LIKE 'Terminate%' OR eventName LIKE 'Remove%')
  AND (eventCategory IS NULL OR eventCategory = 'Management')
ORDER BY eventTime, eventName
