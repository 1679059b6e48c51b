-- title: Commands and sessions on instances
-- description: >-
--   Who ran commands or opened shells through Systems Manager, EC2 Instance Connect or the serial console, and
--   where.
-- category: threat hunting
-- attack: [T1651]
SELECT eventTime, account, awsRegion, coalesce(sessionIssuerArn, userArn) AS principal, eventName,
       coalesce(json_text(requestParameters, '$.target'), json_text(requestParameters, '$.instanceId'),
                json_text(requestParameters, '$.instanceIds')) AS instance,
       json_text(requestParameters, '$.documentName') AS document, errorCode, sourceIPAddress
FROM cloudtrail
WHERE (eventSource = 'ssm.amazonaws.com' AND eventName IN ('SendCommand', 'StartSession', 'ResumeSession'))
   OR (eventSource = 'ec2-instance-connect.amazonaws.com'
       AND eventName IN ('SendSSHPublicKey', 'SendSerialConsoleSSHPublicKey', 'OpenTunnel'))
ORDER BY eventTime, eventName
