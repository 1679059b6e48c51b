-- title: DNS names that only one host asked for
-- description: Names that a single source asked for, and often; beacons and tunnels look so, popular services do not.
-- category: threat hunting
-- attack: [T1071.004]
-- parameters:
--   queries: {type: int, default: 50, about: queries for the name at least}
SELECT query_name, min(vpc_id) AS vpc_id, min(srcaddr) AS srcaddr, count(*) AS queries,
       min(query_timestamp) AS first_seen, max(query_timestamp) AS last_seen
FROM resolver_query
WHERE query_name NOT LIKE '%.amazonaws.com.' AND query_name NOT LIKE '%.internal.'
GROUP BY query_name
HAVING count(DISTINCT srcaddr) = 1 AND count(*) >= $queries
ORDER BY 4 DESC, query_name
