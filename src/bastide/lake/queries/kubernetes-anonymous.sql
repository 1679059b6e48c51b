-- title: Kubernetes answers to anonymous callers
-- description: Requests of system:anonymous that were allowed, health checks and version left out.
-- category: threat hunting
-- attack: [T1190]
SELECT stageTimestamp, account, cluster, verb, requestURI, code, sourceIP, userAgent
FROM eks_audit
WHERE username = 'system:anonymous' AND decision = 'allow' AND stage = 'ResponseComplete'
  AND NOT regexp_matches(requestURI, '^/(healthz|livez|readyz|version)')
ORDER BY stageTimestamp, requestURI
