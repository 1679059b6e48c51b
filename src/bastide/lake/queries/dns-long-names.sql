-- title: Very long DNS names
-- description: Sources that ask for many different very long names below one domain carry data in them.
-- category: threat hunting
-- attack: [T1048, T1572]
-- parameters:
--   letters: {type: int, default: 60, about: length of a name at least}
--   names: {type: int, default: 20, about: different names of a source at least}
SELECT account, vpc_id, srcaddr, count(DISTINCT query_name) AS names, max(length(query_name)) AS longest,
       min(query_name) AS a_name
FROM resolver_query
WHERE length(query_name) >= $letters AND query_name NOT LIKE '%.amazonaws.com.'
GROUP BY account, vpc_id, srcaddr
HAVING count(DISTINCT query_name) >= $names
ORDER BY 4 DESC, srcaddr
