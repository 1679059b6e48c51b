-- title: Resources that changed
-- description: How often each recorded resource changed, and when first and last.
-- category: compliance evidence
SELECT account, awsRegion, resourceType, resourceId, count(*) AS states,
       count(CASE WHEN configurationItemStatus = 'ResourceDeleted' THEN 1 END) AS deletions,
       min(configurationItemCaptureTime) AS first_seen, max(configurationItemCaptureTime) AS last_change
FROM config_items
GROUP BY account, awsRegion, resourceType, resourceId
HAVING count(*) > 1
ORDER BY 5 DESC, account, awsRegion, resourceType, resourceId
