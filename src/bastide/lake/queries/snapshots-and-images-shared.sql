-- title: Snapshots, images and database copies shared outside
-- description: >-
--   Successful calls that give another account, or all, the right to copy an EBS snapshot, a machine image or a
--   database snapshot.
-- category: threat hunting
-- attack: [T1537]
SELECT eventTime, account, awsRegion, coalesce(sessionIssuerArn, userArn) AS principal, eventName,
       coalesce(json_text(requestParameters, '$.snapshotId'), json_text(requestParameters, '$.imageId'),
                json_text(requestParameters, '$.dBSnapshotIdentifier'),
                json_text(requestParameters, '$.dBClusterSnapshotIdentifier')) AS copy,
       requestParameters
FROM cloudtrail
WHERE errorCode IS NULL
  AND ((eventName = 'ModifySnapshotAttribute' AND requestParameters LIKE '%"createVolumePermission":{"add"%')
    OR (eventName = 'ModifyImageAttribute' AND requestParameters LIKE '%"launchPermission":{"add"%')
    OR (eventName IN ('ModifyDBSnapshotAttribute', 'ModifyDBClusterSnapshotAttribute')
        AND requestParameters LIKE '%"valuesToAdd":["%'))
ORDER BY eventTime, copy
