-- title: Resources without a tag
-- description: Resources whose newest recorded state has no tag of that key.
-- category: compliance evidence
-- parameters:
--   tag: {type: string, about: "the tag's key"}
WITH known AS (
  SELECT account, awsRegion, resourceType, resourceId, ARN, configurationItemStatus, tags,
         row_number() OVER (PARTITION BY account, awsRegion, resourceType, resourceId
                            ORDER BY configurationItemCaptureTime DESC) AS place
  FROM config_items
)
SELECT account, awsRegion, resourceType, resourceId, ARN, tags
FROM known
WHERE place = 1 AND configurationItemStatus NOT IN ('ResourceDeleted', 'ResourceDeletedNotRecorded', 'ResourceNotRecorded')
  AND (tags IS NULL OR tags NOT LIKE '%"' || $tag || '"%')
ORDER BY account, awsRegion, resourceType, resourceId
