"""Conditions of a statement in words, and the settings of the tests that say for whom a service acts."""

from __future__ import annotations

from collections.abc import Iterator

from bastide.model import Statement

WORDS = {
    "equals": "is", "like": "looks like", "ipaddress": "lies in", "notequals": "is not", "notlike": "looks not like",
    "notipaddress": "lies outside", "lessthan": "is under", "greaterthan": "is over", "lessthanequals": "is at most",
    "greaterthanequals": "is at least", "equalsignorecase": "is", "notequalsignorecase": "is not",
}  # fmt: skip
FAMILIES = ("string", "arn", "numeric", "date", "bool", "binary")


def in_words(statement: Statement) -> Iterator[str]:
    """The conditions of a statement in words, one text a key.

    >>> condition = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ("o-acme",)}}
    >>> list(in_words(Statement("Deny", action=("*",), condition=condition)))
    ['aws:PrincipalOrgID is not o-acme, where there is one']
    """
    for operator, tests in statement.condition.items():
        prefix, compare, absent = _read(operator)
        for key, values in tests.items():
            if operator.lower() == "null":
                yield f"{key} is {'absent' if 'true' in [value.lower() for value in values] else 'present'}"
            else:
                yield f"{prefix}{key} {WORDS.get(compare, 'is')} {' or '.join(values)}{absent}"


def _read(operator: str) -> tuple[str, str, str]:
    """What comes before the key, how it is compared, and what is said of an absent key."""
    name = operator.lower()
    prefix = "every value of " if name.startswith("forallvalues:") else "some value of " if ":" in name else ""
    name = name.rpartition(":")[2]
    absent = ", where there is one" if name.endswith("ifexists") else ""
    name = name.removesuffix("ifexists")
    for family in FAMILIES:
        name = name.removeprefix(family)
    return prefix, name, absent
