-- title: Actions that a principal had never done before
-- description: >-
--   Successful actions of known principals in the last days of the data that they never did earlier; a principal
--   needs a history to be compared with.
-- category: threat hunting
-- attack: [T1078.004]
-- parameters:
--   days: {type: int, default: 1, about: what counts as recent, counted back from the newest event}
WITH newest AS (
  SELECT max(eventTime) AS moment FROM cloudtrail
), used AS (
  SELECT coalesce(sessionIssuerArn, userArn) AS principal, eventSource, eventName, min(eventTime) AS first_seen,
         count(*) AS events
  FROM cloudtrail
  WHERE errorCode IS NULL AND coalesce(sessionIssuerArn, userArn) IS NOT NULL
  GROUP BY coalesce(sessionIssuerArn, userArn), eventSource, eventName
), known AS (
  SELECT principal, min(first_seen) AS since FROM used GROUP BY principal
)
SELECT used.principal, used.eventSource, used.eventName, used.first_seen, used.events
FROM used
JOIN known ON known.principal = used.principal
CROSS JOIN newest
WHERE used.first_seen >= newest.moment - $days * INTERVAL '1' DAY
  AND known.since < newest.moment - $days * INTERVAL '1' DAY
ORDER BY used.first_seen, used.principal, used.eventName
