-- title: Buckets opened to everybody
-- description: Bucket policies that name every principal, ACLs for all users, and blocks of public access taken away.
-- category: threat hunting
-- attack: [T1530]
SELECT eventTime, account, coalesce(sessionIssuerArn, userArn) AS principal, eventName,
       json_text(requestParameters, '$.bucketName') AS bucket
FROM cloudtrail
WHERE eventSource IN ('s3.amazonaws.com', 's3control.amazonaws.com') AND errorCode IS NULL
  AND ((eventName = 'PutBucketPolicy'
        AND regexp_matches(requestParameters, '"Principal":("[*]"|[{]"AWS":\[?"[*]")')
        AND requestParameters LIKE '%"Allow"%')
    OR (eventName IN ('PutBucketAcl', 'CreateBucket')
        AND (requestParameters LIKE '%groups/global/AllUsers%' OR requestParameters LIKE '%AuthenticatedUsers%'
             OR requestParameters LIKE '%"public-read%'))
    OR eventName IN ('DeleteBucketPublicAccessBlock', 'DeleteAccountPublicAccessBlock', 'DeletePublicAccessBlock')
    OR (eventName IN ('PutBucketPublicAccessBlock', 'PutAccountPublicAccessBlock', 'PutPublicAccessBlock')
        AND requestParameters LIKE '%:false%'))
ORDER BY eventTime, bucket
