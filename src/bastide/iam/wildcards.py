"""Patterns of the policy language: ``*`` any characters, ``?`` exactly one, everything else literal.

Source: IAM User Guide, "IAM JSON policy elements: Resource", "Condition operators" (ARN conditions part by part).
"""

from __future__ import annotations

import re
from functools import lru_cache

ARN_PARTS = 6


@lru_cache(maxsize=65_536)
def pattern(text: str) -> re.Pattern[str]:
    """The compiled pattern; brackets, dots and the like stand for themselves."""
    literal = re.escape(text).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(literal, re.DOTALL)


def like(text: str, value: str) -> bool:
    """Whether ``value`` matches a pattern, case-sensitive; ``*`` crosses every character.

    >>> like("arn:aws:s3:::logs/*", "arn:aws:s3:::logs/a/b")
    True
    """
    return text in ("*", value) or pattern(text).fullmatch(value) is not None


def action_like(text: str, action: str) -> bool:
    """Whether an action matches a pattern; upper and lower case make no difference.

    >>> action_like("s3:Get*", "S3:getobject")
    True
    """
    return like(text.lower(), action.lower())


def arn_like(text: str, value: str) -> bool:
    """Whether an ARN matches part by part, as ``ArnLike`` does: ``*`` crosses no colon but in the last part.

    >>> arn_like("arn:aws:iam::*:role/a", "arn:aws:iam::1:2:role/a")
    False
    """
    patterns, parts = text.split(":", ARN_PARTS - 1), value.split(":", ARN_PARTS - 1)
    if len(patterns) != ARN_PARTS or len(parts) != ARN_PARTS:
        return text in ("*", value)
    return all(like(one, part) for one, part in zip(patterns, parts, strict=True))
