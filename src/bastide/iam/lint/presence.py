"""Questions about condition keys that several rules ask: may it be absent, does it hold one value, is it a tag key."""

from __future__ import annotations

from bastide.iam.lint import catalog
from bastide.iam.lint.keys import BY_ACTION, GLOBAL_KEYS, TAG_KEYS, federated
from bastide.iam.lint.subject import Subject, Test, always_present, guarded, tests
from bastide.model import Statement

CLAIMS = (":sub", ":aud", ":azp", ":oaud", ":iss")  # of OIDC and SAML: one value each
TAGS = (*TAG_KEYS, "aws:principaltag/")


def tag_key(key: str) -> bool:
    """A key about tags, of AWS or of a service."""
    low = key.lower()
    return low.startswith(TAGS) or low in BY_ACTION or "tag/" in low or "tags/" in low


def single_valued(key: str) -> bool:
    """True where AWS says that the key holds one value; False where it says several, or nothing."""
    if federated(key):
        return key.lower().endswith(CLAIMS)
    facts = catalog.key_facts(key)
    return facts is not None and not facts.multivalued


def may_miss(statement: Statement, subject: Subject, test: Test) -> bool:
    """A global key that some requests lack, whose presence the statement does not ask for; tag keys aside."""
    low = test.key.lower()
    facts = GLOBAL_KEYS.get(low)
    if facts is None or facts.presence == "mostly" or tag_key(low) or always_present(low, subject.kind):
        return False
    return not present_by_other(statement, test)


def present_by_other(statement: Statement, test: Test) -> bool:
    """Another test of the statement is only true where the key is present."""
    if guarded(statement, test.key):
        return True
    return any(
        other.pointer != test.pointer and other.key.lower() == test.key.lower() and needs_key(other)
        for other in tests(statement)
    )


def needs_key(test: Test) -> bool:
    """The test is never true where its key is absent."""
    if test.base == "Null":
        return [value.lower() for value in test.values] == ["false"]
    return test.prefix == "ForAnyValue:" or not (test.if_exists or test.negated or test.prefix == "ForAllValues:")
