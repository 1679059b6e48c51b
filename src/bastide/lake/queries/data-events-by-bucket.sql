-- title: Data events by bucket
-- description: Which buckets and operations the charged S3 data events are of; a selector can leave out the loudest.
-- category: cost of trails
SELECT account, json_text(requestParameters, '$.bucketName') AS bucket, eventName, count(*) AS events,
       count(DISTINCT coalesce(sessionIssuerArn, userArn)) AS principals
FROM cloudtrail
WHERE eventCategory = 'Data' AND eventSource = 's3.amazonaws.com'
GROUP BY account, json_text(requestParameters, '$.bucketName'), eventName
ORDER BY 4 DESC, bucket, eventName
