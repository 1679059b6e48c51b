-- title: Access keys used from many addresses in a day
-- description: >-
--   Long-lived and temporary keys that came from more addresses in one day than one machine has; AWS services are
--   left out.
-- category: threat hunting
-- attack: [T1078.004]
-- parameters:
--   addresses: {type: int, default: 5, about: different addresses at least}
SELECT CAST(eventTime AS DATE) AS day, accessKeyId, min(account) AS an_account, min(userArn) AS a_user,
       count(DISTINCT sourceIPAddress) AS addresses, count(*) AS events
FROM cloudtrail
WHERE accessKeyId IS NOT NULL AND sourceIPAddress NOT LIKE '%.amazonaws.com' AND sourceIPAddress <> 'AWS Internal'
GROUP BY CAST(eventTime AS DATE), accessKeyId
HAVING count(DISTINCT sourceIPAddress) >= $addresses
ORDER BY 5 DESC, 1, 2
