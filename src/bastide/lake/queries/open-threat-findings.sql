-- title: Open findings of GuardDuty and Security Hub
-- description: >-
--   The newest state of each finding that is of high or critical severity and neither archived nor resolved.
-- category: threat hunting
WITH ranked AS (
  SELECT updatedAt, account, region, id, product, type, title, severity, status, recordState, resourceId,
         row_number() OVER (PARTITION BY id ORDER BY updatedAt DESC) AS place
  FROM findings
)
SELECT updatedAt, account, region, product, type, title, severity, status, resourceId
FROM ranked
WHERE place = 1 AND upper(severity) IN ('HIGH', 'CRITICAL')
  AND (recordState IS NULL OR recordState = 'ACTIVE')
  AND (status IS NULL OR upper(status) NOT IN ('RESOLVED', 'SUPPRESSED', 'ARCHIVED', 'CLOSED'))
ORDER BY updatedAt DESC, id
