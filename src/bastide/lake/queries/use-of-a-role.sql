-- title: Every use of one role
-- description: Who took a role and what was done with it, such as the break-glass role; all sessions by name.
-- category: compliance evidence
-- parameters:
--   role: {type: string, about: "the role's name, as in break-glass"}
SELECT userArn AS session, min(eventTime) AS first_seen, max(eventTime) AS last_seen, count(*) AS events,
       count(CASE WHEN readOnly = false THEN 1 END) AS writes, count(errorCode) AS refused,
       count(DISTINCT sourceIPAddress) AS addresses, min(sourceIPAddress) AS an_address
FROM cloudtrail
WHERE sessionIssuerArn LIKE '%/' || $role
GROUP BY userArn
ORDER BY 2, 1
