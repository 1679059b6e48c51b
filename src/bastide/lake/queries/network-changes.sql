-- title: Every change of network boundaries
-- description: Successful changes of security groups, network ACLs, gateways, route tables, peerings and VPCs.
-- category: compliance evidence
SELECT eventTime, account, awsRegion, coalesce(sessionIssuerArn, userArn) AS principal, eventName, requestParameters
FROM cloudtrail
WHERE eventSource = 'ec2.amazonaws.com' AND errorCode IS NULL
  AND regexp_matches(eventName, '^(Authorize|Revoke|Create|Delete|Modify|Replace|Attach|Detach|Accept|Associate|Disassociate|Enable|Disable)[A-Za-z]*(SecurityGroup|NetworkAcl|InternetGateway|NatGateway|VpnGateway|CustomerGateway|TransitGateway|Route|Vpc)')
ORDER BY eventTime, eventName
