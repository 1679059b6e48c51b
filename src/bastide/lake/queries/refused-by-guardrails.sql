-- title: Calls that guardrails stopped
-- description: >-
--   Denials whose message names a service or resource control policy, with who ran into it; a guardrail that is
--   felt daily needs a word with its users.
-- category: least privilege
SELECT coalesce(sessionIssuerArn, userArn) AS principal, account, eventSource, eventName, count(*) AS refused,
       CASE WHEN max(errorMessage) LIKE '%resource control policy%' THEN 'RCP' ELSE 'SCP' END AS policy,
       max(eventTime) AS last_seen
FROM cloudtrail
WHERE errorMessage LIKE '%explicit deny in a service control policy%'
   OR errorMessage LIKE '%explicit deny in a resource control policy%'
   OR errorMessage LIKE '%because no service control policy allows%'
GROUP BY coalesce(sessionIssuerArn, userArn), account, eventSource, eventName
ORDER BY 5 DESC, principal, eventName
