-- title: Access keys created, and for whom
-- description: >-
--   Successful CreateAccessKey calls; for_another tells those where the caller is not the key's owner, a usual way
--   to stay.
-- category: threat hunting
-- attack: [T1098.001]
SELECT eventTime, account, userArn AS caller, json_text(responseElements, '$.accessKey.userName') AS owner,
       json_text(responseElements, '$.accessKey.accessKeyId') AS access_key,
       CASE WHEN userType = 'IAMUser' AND userName = json_text(responseElements, '$.accessKey.userName')
            THEN false ELSE true END AS for_another,
       sourceIPAddress
FROM cloudtrail
WHERE eventName = 'CreateAccessKey' AND errorCode IS NULL
ORDER BY eventTime, access_key
