-- title: Trust policies changed or made wide
-- description: New and changed trust policies of roles; names_everybody marks those that name every principal.
-- category: threat hunting
-- attack: [T1098.003]
SELECT eventTime, account, coalesce(sessionIssuerArn, userArn) AS principal, eventName,
       json_text(requestParameters, '$.roleName') AS role,
       CASE WHEN regexp_matches(coalesce(json_text(requestParameters, '$.policyDocument'),
                                         json_text(requestParameters, '$.assumeRolePolicyDocument')),
                                '"(AWS|Principal)"[ ]*:[ ]*\[?[ ]*"[*]"') THEN true ELSE false END AS names_everybody,
       coalesce(json_text(requestParameters, '$.policyDocument'),
                json_text(requestParameters, '$.assumeRolePolicyDocument')) AS trust
FROM cloudtrail
WHERE eventSource = 'iam.amazonaws.com' AND errorCode IS NULL AND invokedBy IS NULL
  AND eventName IN ('UpdateAssumeRolePolicy', 'CreateRole')
ORDER BY eventTime, role
