-- title: Security groups opened to every address
-- description: >-
--   Successful AuthorizeSecurityGroupIngress calls that name 0.0.0.0/0 or ::/0, with ports where the call has one
--   range.
-- category: threat hunting
-- attack: [T1562.007]
SELECT eventTime, account, awsRegion, coalesce(sessionIssuerArn, userArn) AS principal,
       json_text(requestParameters, '$.groupId') AS security_group,
       json_text(requestParameters, '$.ipPermissions.items[0].fromPort') AS from_port,
       json_text(requestParameters, '$.ipPermissions.items[0].toPort') AS to_port
FROM cloudtrail
WHERE eventSource = 'ec2.amazonaws.com' AND eventName = 'AuthorizeSecurityGroupIngress' AND errorCode IS NULL
  AND (requestParameters LIKE '%"0.0.0.0/0"%' OR requestParameters LIKE '%"::/0"%')
ORDER BY eventTime, security_group
