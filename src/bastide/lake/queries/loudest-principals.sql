-- title: Principals that make most events
-- description: The loudest principals with their share of all events in per cent.
-- category: cost of trails
-- parameters:
--   events: {type: int, default: 100, about: events at least}
WITH every AS (
  SELECT count(*) AS events FROM cloudtrail
), of_one AS (
  SELECT coalesce(sessionIssuerArn, userArn, invokedBy, 'unknown') AS principal, count(*) AS events,
         count(DISTINCT eventName) AS actions
  FROM cloudtrail
  GROUP BY coalesce(sessionIssuerArn, userArn, invokedBy, 'unknown')
)
SELECT of_one.principal, of_one.events, of_one.actions,
       round(100 * CAST(of_one.events AS DOUBLE) / every.events, 1) AS per_cent
FROM of_one CROSS JOIN every
WHERE of_one.events >= $events
ORDER BY of_one.events DESC, of_one.principal
