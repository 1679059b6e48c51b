-- title: Shells in Kubernetes pods
-- description: >-
--   Requests to run commands in, attach to or forward ports of pods, with who asked and whether it was allowed.
-- category: threat hunting
-- attack: [T1609]
SELECT stageTimestamp, account, cluster, username, arn, namespace, name AS pod, subresource, code, sourceIP
FROM eks_audit
WHERE resource = 'pods' AND subresource IN ('exec', 'attach', 'portforward') AND stage <> 'RequestReceived'
ORDER BY stageTimestamp, name
