-- title: Who sends most to the internet
-- description: Accepted flows from private to public addresses by interface and destination, the largest first.
-- category: threat hunting
-- attack: [T1048]
-- parameters:
--   megabytes: {type: int, default: 100, about: 10⁶ bytes at least}
SELECT account, interface_id, srcaddr, dstaddr, dstport, sum(bytes) AS bytes, sum(packets) AS packets
FROM vpc_flow
WHERE action = 'ACCEPT'
  AND regexp_matches(srcaddr, '^(10[.]|192[.]168[.]|172[.](1[6-9]|2[0-9]|3[01])[.])')
  AND NOT regexp_matches(dstaddr, '^(10[.]|192[.]168[.]|172[.](1[6-9]|2[0-9]|3[01])[.]|169[.]254[.]|22[4-9][.]|23[0-9][.])')
GROUP BY account, interface_id, srcaddr, dstaddr, dstport
HAVING sum(bytes) >= $megabytes * 1000000
ORDER BY 6 DESC, srcaddr, dstaddr
