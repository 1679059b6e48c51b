"""Which condition keys the requests of a statement's actions carry."""

from __future__ import annotations

from collections.abc import Iterator

from bastide.iam.lint import catalog
from bastide.iam.lint.keys import BY_ACTION, GLOBAL_KEYS, federated
from bastide.iam.lint.presence import needs_key
from bastide.iam.lint.subject import Subject, Test, opaque, tests, wild
from bastide.model import Statement


def judged(key: str) -> bool:
    """Whether the tables say which requests carry the key: service keys, and the tag keys that services opt into."""
    low = key.lower()
    if low.startswith("aws:"):
        return low in BY_ACTION or low.startswith(("aws:requesttag/", "aws:resourcetag/"))
    if low in GLOBAL_KEYS or federated(key):
        return False
    name = catalog.key_name(key)
    return name is not None and name.partition("/")[0] in catalog.carried_keys(low.partition(":")[0])


def never_carried(statement: Statement, subject: Subject) -> Iterator[tuple[Test, bool]]:
    """Tests whose key no listed action carries, and whether the test is then never true; ``Null`` asks just that."""
    found = [test for test in tests(statement) if judged(test.key) and test.base != "Null"]
    if not found or not statement.action or any(map(opaque, statement.action)):
        return
    matched = [subject.matching(pattern) for pattern in statement.action]
    if not all(matched):
        return  # an unknown action carries who knows what
    for test in found:
        if not any(catalog.takes_key(action, test.key) for group in matched for action in group or ()):
            yield test, needs_key(test)


def partly_carried(statement: Statement, subject: Subject) -> Iterator[tuple[Test, list[str]]]:
    """Tests that need their key, with the actions named without wildcard that never carry it while others do."""
    found = [test for test in tests(statement) if judged(test.key) and needs_key(test) and test.base != "Null"]
    named = [pattern for pattern in statement.action or () if not wild(pattern) and not opaque(pattern)]
    for test in found:
        carries = {pattern: _carries(pattern, test.key, subject) for pattern in named}
        without = [pattern for pattern, does in carries.items() if does is False]
        if without and (len(without) < len(carries) or len(named) < len(statement.action or ())):
            yield test, without


def _carries(pattern: str, key: str, subject: Subject) -> bool | None:
    matched = subject.matching(pattern)
    return catalog.takes_key(matched[0], key) if matched else None
