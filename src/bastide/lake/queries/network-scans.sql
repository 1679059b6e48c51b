-- title: Addresses that scan ports
-- description: Sources whose rejected flows touch many different ports or hosts.
-- category: threat hunting
-- attack: [T1046]
-- parameters:
--   targets: {type: int, default: 50, about: different host and port pairs at least}
SELECT srcaddr, count(DISTINCT dstaddr || ':' || CAST(dstport AS VARCHAR)) AS targets, count(DISTINCT dstaddr) AS hosts,
       count(*) AS flows, min("start") AS first_seen, max("start") AS last_seen
FROM vpc_flow
WHERE action = 'REJECT' AND log_status = 'OK'
GROUP BY srcaddr
HAVING count(DISTINCT dstaddr || ':' || CAST(dstport AS VARCHAR)) >= $targets
ORDER BY 2 DESC, srcaddr
