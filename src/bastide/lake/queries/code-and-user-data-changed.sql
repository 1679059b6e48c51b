-- title: Code put into functions and instances
-- description: >-
--   Successful changes of function code, layers, environment and of instances' user data, which run with the
--   workload's role.
-- category: threat hunting
-- attack: [T1525, T1578]
SELECT eventTime, account, awsRegion, coalesce(sessionIssuerArn, userArn) AS principal, eventName,
       coalesce(json_text(requestParameters, '$.functionName'), json_text(requestParameters, '$.instanceId')) AS target,
       sourceIPAddress
FROM cloudtrail
WHERE errorCode IS NULL
  AND ((eventSource = 'lambda.amazonaws.com'
        AND (eventName LIKE 'UpdateFunctionCode%' OR eventName LIKE 'UpdateFunctionConfiguration%'
             OR eventName LIKE 'PublishLayerVersion%'))
    OR (eventSource = 'ec2.amazonaws.com' AND eventName = 'ModifyInstanceAttribute'
        AND requestParameters LIKE '%"userData"%'))
ORDER BY eventTime, target
