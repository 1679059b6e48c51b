-- title: Every change of who may reach a bucket
-- description: >-
--   Successful changes of bucket policies, ACLs, CORS, lifecycle, replication, encryption and public access
--   blocks.
-- category: compliance evidence
SELECT eventTime, account, coalesce(sessionIssuerArn, userArn) AS principal, eventName,
       json_text(requestParameters, '$.bucketName') AS bucket, requestParameters
FROM cloudtrail
WHERE eventSource = 's3.amazonaws.com' AND errorCode IS NULL
  AND regexp_matches(eventName, '^(Put|Delete)(Bucket(Acl|Policy|Cors|Lifecycle|Replication|Encryption|PublicAccessBlock|OwnershipControls|Versioning|Logging)|AccountPublicAccessBlock)')
ORDER BY eventTime, bucket
