-- title: Changes of the organization and its guardrails
-- description: >-
--   Successful calls that move or remove accounts, and that detach, change or delete policies of the organization.
-- category: threat hunting
-- attack: [T1562.001, T1666]
SELECT eventTime, account, coalesce(sessionIssuerArn, userArn) AS principal, eventName, requestParameters, sourceIPAddress
FROM cloudtrail
WHERE eventSource = 'organizations.amazonaws.com' AND errorCode IS NULL
  AND eventName IN ('LeaveOrganization', 'RemoveAccountFromOrganization', 'MoveAccount', 'DetachPolicy', 'DeletePolicy',
                    'UpdatePolicy', 'DisablePolicyType', 'DisableAWSServiceAccess', 'EnableAWSServiceAccess',
                    'RegisterDelegatedAdministrator', 'DeregisterDelegatedAdministrator', 'InviteAccountToOrganization',
                    'AcceptHandshake', 'CloseAccount', 'CreateAccount', 'DeleteOrganization')
ORDER BY eventTime, eventName
