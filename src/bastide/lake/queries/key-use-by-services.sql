-- title: KMS events that services make
-- description: >-
--   Decrypt, GenerateDataKey and the like in the name of services; ExcludeManagementEventSources kms.amazonaws.com
--   leaves them out of a trail.
-- category: cost of trails
SELECT account, eventName, invokedBy, count(*) AS events, count(DISTINCT coalesce(sessionIssuerArn, userArn)) AS principals
FROM cloudtrail
WHERE eventSource = 'kms.amazonaws.com'
  AND eventName IN ('Decrypt', 'Encrypt', 'ReEncrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext',
                    'GenerateDataKeyPair', 'GenerateMac', 'VerifyMac')
GROUP BY account, eventName, invokedBy
ORDER BY 4 DESC, account, eventName, invokedBy
