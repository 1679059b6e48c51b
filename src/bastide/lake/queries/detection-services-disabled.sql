-- title: Detection services switched off
-- description: >-
--   Successful calls that disable or delete GuardDuty, Security Hub, Config, Macie, Inspector or IAM Access
--   Analyzer, or part an account from its administrator.
-- category: threat hunting
-- attack: [T1562.001]
SELECT eventTime, account, awsRegion, coalesce(sessionIssuerArn, userArn) AS principal, eventSource, eventName,
       requestParameters
FROM cloudtrail
WHERE errorCode IS NULL
  AND ((eventSource = 'guardduty.amazonaws.com'
        AND eventName IN ('DeleteDetector', 'DisassociateFromMasterAccount', 'DisassociateFromAdministratorAccount',
                          'StopMonitoringMembers', 'DeleteMembers', 'DisassociateMembers', 'DeletePublishingDestination'))
    OR (eventSource = 'guardduty.amazonaws.com' AND eventName = 'UpdateDetector'
        AND json_text(requestParameters, '$.enable') = 'false')
    OR (eventSource = 'securityhub.amazonaws.com'
        AND eventName IN ('DisableSecurityHub', 'BatchDisableStandards', 'DisassociateFromAdministratorAccount'))
    OR (eventSource = 'config.amazonaws.com'
        AND eventName IN ('StopConfigurationRecorder', 'DeleteConfigurationRecorder', 'DeleteDeliveryChannel'))
    OR (eventSource = 'macie2.amazonaws.com' AND eventName = 'DisableMacie')
    OR (eventSource = 'inspector2.amazonaws.com' AND eventName = 'Disable')
    OR (eventSource = 'access-analyzer.amazonaws.com' AND eventName = 'DeleteAnalyzer'))
ORDER BY eventTime, eventName
