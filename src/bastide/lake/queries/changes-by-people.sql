-- title: Changes made by hand
-- description: >-
--   Successful writes by sessions of the console or by users' keys; in a landing zone pipelines make changes and
--   people read.
-- category: compliance evidence
SELECT account, coalesce(sessionIssuerArn, userArn) AS principal, userArn AS session, eventSource, eventName,
       count(*) AS changes, min(eventTime) AS first_seen, max(eventTime) AS last_seen
FROM cloudtrail
WHERE readOnly = false AND errorCode IS NULL AND invokedBy IS NULL
  AND (sessionCredentialFromConsole = 'true' OR userType IN ('IAMUser', 'Root'))
  AND eventName NOT IN ('ConsoleLogin', 'CheckMfa', 'SwitchRole')
GROUP BY account, coalesce(sessionIssuerArn, userArn), userArn, eventSource, eventName
ORDER BY 6 DESC, principal, eventName
