-- title: All resources as they were at a time
-- description: >-
--   The last recorded state of each resource at or before a moment; resources that were deleted by then are left
--   out.
-- category: compliance evidence
-- parameters:
--   at: {type: timestamp, about: the moment}
--   type: {type: string, default: "%", about: "the CloudFormation type, with % as wildcard"}
WITH known AS (
  SELECT configurationItemCaptureTime, account, awsRegion, resourceType, resourceId, ARN, configurationItemStatus,
         configuration, tags,
         row_number() OVER (PARTITION BY account, awsRegion, resourceType, resourceId
                            ORDER BY configurationItemCaptureTime DESC) AS place
  FROM config_items
  WHERE configurationItemCaptureTime <= $at AND resourceType LIKE $type
)
SELECT account, awsRegion, resourceType, resourceId, ARN, configurationItemCaptureTime AS as_of, configuration, tags
FROM known
WHERE place = 1 AND configurationItemStatus NOT IN ('ResourceDeleted', 'ResourceDeletedNotRecorded', 'ResourceNotRecorded')
ORDER BY account, awsRegion, resourceType, resourceId
