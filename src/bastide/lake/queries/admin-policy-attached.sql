-- title: Administrator policies attached or written inline
-- description: >-
--   Successful attachments of AWS's powerful managed policies, and inline policies that allow every action.
-- category: threat hunting
-- attack: [T1098.003]
SELECT eventTime, account, coalesce(sessionIssuerArn, userArn) AS principal, eventName,
       coalesce(json_text(requestParameters, '$.roleName'), json_text(requestParameters, '$.userName'),
                json_text(requestParameters, '$.groupName')) AS given_to,
       coalesce(json_text(requestParameters, '$.policyArn'), json_text(requestParameters, '$.policyName')) AS policy,
       sourceIPAddress
FROM cloudtrail
WHERE eventSource = 'iam.amazonaws.com' AND errorCode IS NULL
  AND ((eventName IN ('AttachRolePolicy', 'AttachUserPolicy', 'AttachGroupPolicy')
        AND regexp_matches(json_text(requestParameters, '$.policyArn'),
                           ':policy/(AdministratorAccess|PowerUserAccess|IAMFullAccess)$'))
    OR (eventName IN ('PutRolePolicy', 'PutUserPolicy', 'PutGroupPolicy')
        AND regexp_matches(json_text(requestParameters, '$.policyDocument'), '"Action"[ ]*:[ ]*\[?[ ]*"[*]"')))
ORDER BY eventTime, eventName
