"""A variable of a key that does not exist never has a value: the value matches nothing."""

import re
from collections.abc import Iterator

from bastide.iam.lint import catalog
from bastide.iam.lint.keys import GLOBAL_KEYS, federated
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, resources, tests
from bastide.iam.vocabulary import suggest
from bastide.model import Statement

NAME = re.compile(r"\$\{([A-Za-z][\w.-]*:[^},]+)[^}]*\}")
MORE = frozenset({"aws:username", "saml:sub", "cognito-identity.amazonaws.com:sub", "redshift:dbuser"})


@lint_rule(
    title="A policy variable of an unknown key, or of one with several values",
    severity="error",
    analyzer="INVALID_GLOBAL_CONDITION_KEY",
    source='IAM User Guide, "IAM policy elements: Variables and tags": single-valued condition keys',
    fix="write a documented key of one value",
)
def unknown_variable(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Variables whose key is not in the tables, or holds several values."""
    if not subject.has_variables:
        return
    places = [*resources(statement), *((test.pointer, value) for test in tests(statement) for value in test.values)]
    for pointer, value in places:
        for name in NAME.findall(value):
            facts = catalog.key_facts(name)
            if name.lower() in MORE or federated(name) or name.startswith("AWS::"):
                continue
            if facts is None:
                yield Hit(
                    f"no request carries {name}", pointer, suggest(name, [one.name for one in GLOBAL_KEYS.values()])
                )
            elif facts.multivalued:
                yield Hit(f"{name} holds several values, a variable takes one", pointer)
