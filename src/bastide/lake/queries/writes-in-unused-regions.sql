-- title: Changes in Regions that nobody should use
-- description: Successful writes outside of the Regions that are listed, global services left out.
-- category: threat hunting
-- attack: [T1535]
-- parameters:
--   regions: {type: strings, about: "the Regions in use, separated by commas"}
SELECT awsRegion, account, coalesce(sessionIssuerArn, userArn) AS principal, eventSource, eventName, count(*) AS events,
       min(eventTime) AS first_seen, max(eventTime) AS last_seen
FROM cloudtrail
WHERE readOnly = false AND errorCode IS NULL AND awsRegion NOT IN ($regions)
  AND eventSource NOT IN ('iam.amazonaws.com', 'sts.amazonaws.com', 'organizations.amazonaws.com',
                          'route53.amazonaws.com', 'cloudfront.amazonaws.com', 'signin.amazonaws.com')
GROUP BY awsRegion, account, coalesce(sessionIssuerArn, userArn), eventSource, eventName
ORDER BY 6 DESC, awsRegion, eventName
