"""Whether a bucket policy refuses plain HTTP: for everybody, for every action, on the bucket and on its objects.

The one idea: the Deny has to be whole. One for ``s3:PutObject``, for one principal, for one prefix or under a second
condition leaves a way open. What is written in other words (a list, ``BoolIfExists``, another case of the key) counts
all the same.
"""

from __future__ import annotations

from collections.abc import Iterable

from bastide.controls.s3.public_access import lets_in_everyone
from bastide.iam.exposure import covers, is_all_actions, is_all_resources
from bastide.model import Statement

KEY = "aws:securetransport"
EQUAL = frozenset({"bool", "stringequals", "stringequalsignorecase", "stringlike"})
UNEQUAL = frozenset({"stringnotequals", "stringnotequalsignorecase", "stringnotlike"})
PARTITIONS = ("aws", "aws-cn", "aws-us-gov")


def refuses_plain_http(statements: Iterable[Statement], bucket: str) -> bool:
    """The statements together deny every request without TLS to the bucket and to its objects."""
    denies = [one for one in statements if _denies_plain_http(one)]
    return any(_whole(denies, f"arn:{partition}:s3:::{bucket}") for partition in PARTITIONS)


def _whole(denies: list[Statement], arn: str) -> bool:
    return all(any(_covers_resource(deny, part) for deny in denies) for part in (arn, f"{arn}/*"))


def _denies_plain_http(statement: Statement) -> bool:
    return (
        statement.effect == "Deny"
        and lets_in_everyone(statement)
        and _every_s3_action(statement)
        and _only_plain_http(statement)
    )


def _every_s3_action(statement: Statement) -> bool:
    if statement.action is not None:
        return any(is_all_actions(one) or covers(one, "s3:*", fold=True) for one in statement.action)
    return all(":" in one and not covers(one.split(":")[0], "s3", fold=True) for one in statement.not_action or ())


def _covers_resource(statement: Statement, arn: str) -> bool:
    if statement.resource is None:
        return False
    return any(is_all_resources(one) or covers(one, arn) for one in statement.resource)


def _only_plain_http(statement: Statement) -> bool:
    """The condition is the one test that the request came without TLS, or there is none at all."""
    tests = [(name.lower(), key, values) for name, keys in statement.condition.items() for key, values in keys.items()]
    return all(_is_test(name, key, values) for name, key, values in tests)


def _is_test(name: str, key: str, values: tuple[str, ...]) -> bool:
    base = name.removesuffix("ifexists")
    said = {value.lower() for value in values}
    return key.lower() == KEY and (("false" in said and base in EQUAL) or (said == {"true"} and base in UNEQUAL))
