-- title: Console sign-ins without MFA
-- description: >-
--   Successful sign-ins of users and root whose event says that no second factor was used. Federated sign-ins are
--   left out, since their factor is the identity provider's.
-- category: threat hunting
-- attack: [T1078.004]
SELECT eventTime, account, userType, userArn, sourceIPAddress, userAgent
FROM cloudtrail
WHERE eventName = 'ConsoleLogin'
  AND userType IN ('IAMUser', 'Root')
  AND json_text(responseElements, '$.ConsoleLogin') = 'Success'
  AND json_text(additionalEventData, '$.MFAUsed') = 'No'
ORDER BY eventTime, userArn
