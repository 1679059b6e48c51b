"""How times look in logs, as regular expressions that only times that exist match.

One idea: what matches here, DuckDB can cast; what does not is kept as text by whoever asks.
"""

from __future__ import annotations

# Years that are not divisible by four, or by a hundred and not by four hundred.
_NO_FOUR = rb"(?:[02468][1235679]|[13579][01345789])"
_COMMON_YEAR = rb"(?:\d\d%b|%b00)" % (_NO_FOUR, _NO_FOUR)
DAY = (
    rb"(?!0000)(?!%b-02-29)\d{4}-(?!02-3|(?:0[469]|11)-31)(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])" % _COMMON_YEAR
)  # fmt: skip
CLOCK = rb"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"
# A day and a time as web servers log them, 06/Feb/2019:00:00:38 +0000.
CLF = (
    rb"(?!29/Feb/%b|3./Feb|31/(?:Apr|Jun|Sep|Nov))(?:0[1-9]|[12]\d|3[01])/"
    rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/(?!0000)\d{4}:%b [+-](?:0\d|1[0-4])[0-5]\d"
) % (_COMMON_YEAR, CLOCK)
