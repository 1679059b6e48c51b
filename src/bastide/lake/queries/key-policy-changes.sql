-- title: Every change of KMS keys, policies and grants
-- description: Successful writes to KMS other than cryptographic use.
-- category: compliance evidence
SELECT eventTime, account, awsRegion, coalesce(sessionIssuerArn, userArn) AS principal, eventName,
       json_text(requestParameters, '$.keyId') AS key_id, invokedBy
FROM cloudtrail
WHERE eventSource = 'kms.amazonaws.com' AND errorCode IS NULL
  AND eventName IN ('CreateKey', 'PutKeyPolicy', 'CreateGrant', 'RevokeGrant', 'RetireGrant', 'EnableKey', 'DisableKey',
                    'ScheduleKeyDeletion', 'CancelKeyDeletion', 'EnableKeyRotation', 'DisableKeyRotation',
                    'RotateKeyOnDemand', 'ImportKeyMaterial', 'DeleteImportedKeyMaterial', 'UpdateAlias', 'ReplicateKey')
ORDER BY eventTime, eventName
