-- title: KMS keys disabled or on the way to deletion
-- description: >-
--   Successful ScheduleKeyDeletion, DisableKey and DeleteImportedKeyMaterial calls; what the keys protect is lost
--   with them.
-- category: threat hunting
-- attack: [T1485]
SELECT eventTime, account, awsRegion, coalesce(sessionIssuerArn, userArn) AS principal, eventName,
       json_text(requestParameters, '$.keyId') AS key_id,
       json_text(requestParameters, '$.pendingWindowInDays') AS days, sourceIPAddress
FROM cloudtrail
WHERE eventSource = 'kms.amazonaws.com' AND errorCode IS NULL
  AND eventName IN ('ScheduleKeyDeletion', 'DisableKey', 'DeleteImportedKeyMaterial')
ORDER BY eventTime, key_id
