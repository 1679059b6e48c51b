-- title: Requests to buckets without TLS
-- description: Requests that reached a bucket over plain HTTP, or with TLS older than 1.2.
-- category: compliance evidence
SELECT bucket, requester, TLSVersion, count(*) AS requests, min("time") AS first_seen, max("time") AS last_seen
FROM s3_access
WHERE operation LIKE 'REST.%' AND (TLSVersion IS NULL OR TLSVersion IN ('TLSv1', 'TLSv1.0', 'TLSv1.1'))
GROUP BY bucket, requester, TLSVersion
ORDER BY 4 DESC, bucket, requester
