-- title: Console sign-ins that succeeded after several failures
-- description: Guessed passwords. A user of an account fails several times and then succeeds within the window.
-- category: threat hunting
-- attack: [T1110.001]
-- parameters:
--   failures: {type: int, default: 3, about: failures at least}
--   minutes: {type: int, default: 60, about: the window before the success}
WITH sign_ins AS (
  SELECT eventTime, account, coalesce(userName, principalId, 'unknown') AS who, sourceIPAddress,
         json_text(responseElements, '$.ConsoleLogin') AS outcome
  FROM cloudtrail
  WHERE eventName = 'ConsoleLogin'
)
SELECT good.account, good.who, good.eventTime AS succeeded, good.sourceIPAddress,
       count(*) AS failures, min(bad.eventTime) AS first_failure
FROM sign_ins AS good
JOIN sign_ins AS bad
  ON good.account = bad.account AND good.who = bad.who
  AND bad.eventTime < good.eventTime AND bad.eventTime >= good.eventTime - $minutes * INTERVAL '1' MINUTE
WHERE good.outcome = 'Success' AND bad.outcome = 'Failure'
GROUP BY good.account, good.who, good.eventTime, good.sourceIPAddress
HAVING count(*) >= $failures
ORDER BY good.eventTime, good.who
