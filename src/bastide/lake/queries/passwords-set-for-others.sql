-- title: Console passwords given to users
-- description: >-
--   Successful CreateLoginProfile and UpdateLoginProfile calls by anybody but the user; a key-only user that gets
--   a password can be entered from a browser.
-- category: threat hunting
-- attack: [T1098]
SELECT eventTime, account, userArn AS caller, eventName, json_text(requestParameters, '$.userName') AS of_user,
       sourceIPAddress
FROM cloudtrail
WHERE eventSource = 'iam.amazonaws.com' AND eventName IN ('CreateLoginProfile', 'UpdateLoginProfile')
  AND errorCode IS NULL
  AND (userName IS NULL OR userName <> json_text(requestParameters, '$.userName'))
ORDER BY eventTime, of_user
