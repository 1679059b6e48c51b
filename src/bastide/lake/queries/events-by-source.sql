-- title: Events by category and service
-- description: >-
--   What fills the trail. Management events of the first copy are free; data and network activity events are
--   charged each.
-- category: cost of trails
SELECT coalesce(eventCategory, 'Management') AS category, eventSource, count(*) AS events,
       count(CASE WHEN readOnly = true THEN 1 END) AS reads, count(DISTINCT account) AS accounts
FROM cloudtrail
GROUP BY coalesce(eventCategory, 'Management'), eventSource
ORDER BY 3 DESC, category, eventSource
