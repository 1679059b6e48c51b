-- title: Failed controls with the calls that touched the resource
-- description: >-
--   For each failed control the writes that name the resource in their parameters, so that the person to ask is
--   known.
-- category: compliance evidence
SELECT f.severity, f.control, f.account, f.resource_id, c.eventTime, c.eventName,
       coalesce(c.sessionIssuerArn, c.userArn) AS principal
FROM control_findings AS f
JOIN cloudtrail AS c
  ON c.account = f.account AND c.readOnly = false AND c.errorCode IS NULL
  AND c.requestParameters LIKE '%"' || f.resource_id || '"%'
WHERE f.status = 'FAIL'
ORDER BY f.severity_id DESC, f.control, f.resource_id, c.eventTime
