-- title: Failed controls by severity
-- description: >-
--   What the last assessment failed, with how many resources in how many accounts; UNKNOWN is counted apart and
--   never as a pass.
-- category: compliance evidence
SELECT severity, control, title, count(CASE WHEN status = 'FAIL' THEN 1 END) AS failed,
       count(CASE WHEN status = 'UNKNOWN' THEN 1 END) AS not_known, count(DISTINCT account) AS accounts
FROM control_findings
WHERE status IN ('FAIL', 'UNKNOWN')
GROUP BY severity, severity_id, control, title
ORDER BY severity_id DESC, failed DESC, control
