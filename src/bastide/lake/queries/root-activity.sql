-- title: What root did
-- description: Every action of an account's root itself; what AWS services do in its name is left out.
-- category: threat hunting
-- attack: [T1078.004]
SELECT eventTime, account, awsRegion, eventSource, eventName, errorCode, sourceIPAddress, userAgent, mfaAuthenticated
FROM cloudtrail
WHERE userType = 'Root' AND invokedBy IS NULL AND (eventType IS NULL OR eventType <> 'AwsServiceEvent')
ORDER BY eventTime, eventName
