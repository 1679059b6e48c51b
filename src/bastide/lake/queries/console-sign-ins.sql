-- title: Every console sign-in
-- description: >-
--   Who signed in to the console, from where, with what outcome and whether with MFA; the evidence for access
--   reviews.
-- category: compliance evidence
SELECT eventTime, account, userType, coalesce(userArn, userName, principalId) AS who,
       json_text(responseElements, '$.ConsoleLogin') AS outcome,
       json_text(additionalEventData, '$.MFAUsed') AS mfa, sourceIPAddress, errorMessage
FROM cloudtrail
WHERE eventName = 'ConsoleLogin'
ORDER BY eventTime, who
