-- title: The history of a resource
-- description: Every recorded state of a resource, by its id, name or ARN, the newest first.
-- category: compliance evidence
-- parameters:
--   resource: {type: string, about: "the resource's id, name or ARN"}
SELECT configurationItemCaptureTime, account, awsRegion, resourceType, resourceId, configurationItemStatus,
       configuration, tags, relatedEvents
FROM config_items
WHERE resourceId = $resource OR resourceName = $resource OR ARN = $resource
ORDER BY configurationItemCaptureTime DESC, account, awsRegion, resourceType
