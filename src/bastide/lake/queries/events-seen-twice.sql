-- title: The same request in two accounts
-- description: >-
--   Requests that are recorded in the caller's and in the owner's account (sharedEventID); both copies are stored.
-- category: cost of trails
SELECT eventSource, eventName, count(DISTINCT sharedEventID) AS requests, count(*) AS records,
       count(DISTINCT account) AS accounts
FROM cloudtrail
WHERE sharedEventID IS NOT NULL
GROUP BY eventSource, eventName
HAVING count(*) > count(DISTINCT sharedEventID)
ORDER BY 4 DESC, eventSource, eventName
