-- title: Logging stopped, narrowed or deleted
-- description: >-
--   Successful calls that stop a trail, change what it records or where to, or delete trails, event data stores
--   and flow logs.
-- category: threat hunting
-- attack: [T1562.008]
SELECT eventTime, account, awsRegion, coalesce(sessionIssuerArn, userArn) AS principal, eventSource, eventName,
       coalesce(json_text(requestParameters, '$.name'), json_text(requestParameters, '$.trailName')) AS trail,
       sourceIPAddress
FROM cloudtrail
WHERE errorCode IS NULL
  AND ((eventSource = 'cloudtrail.amazonaws.com'
        AND eventName IN ('StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors', 'PutInsightSelectors',
                          'DeleteEventDataStore', 'StopEventDataStoreIngestion', 'DeregisterOrganizationDelegatedAdmin'))
    OR (eventSource = 'ec2.amazonaws.com' AND eventName = 'DeleteFlowLogs')
    OR (eventSource = 'logs.amazonaws.com' AND eventName IN ('DeleteLogGroup', 'DeleteLogStream'))
    OR (eventSource = 'route53resolver.amazonaws.com' AND eventName = 'DeleteResolverQueryLogConfig'))
ORDER BY eventTime, eventName
