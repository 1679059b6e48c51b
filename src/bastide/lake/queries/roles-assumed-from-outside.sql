-- title: Roles assumed by other accounts
-- description: Successful AssumeRole calls whose caller belongs to an account that is not in the list of your own.
-- category: threat hunting
-- attack: [T1199]
-- parameters:
--   own: {type: strings, about: "your accounts, separated by commas"}
SELECT json_text(requestParameters, '$.roleArn') AS role, userAccount AS from_account, min(userArn) AS a_caller,
       count(*) AS times, min(eventTime) AS first_seen, max(eventTime) AS last_seen,
       min(sourceIPAddress) AS an_address
FROM cloudtrail
WHERE eventSource = 'sts.amazonaws.com' AND eventName = 'AssumeRole' AND errorCode IS NULL
  AND userAccount IS NOT NULL AND userAccount NOT IN ($own)
GROUP BY json_text(requestParameters, '$.roleArn'), userAccount
ORDER BY 4 DESC, 1
