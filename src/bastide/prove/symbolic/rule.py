"""A statement as a Rule: a set of actions, and alternatives of Tests one of which must hold whole.

The principal element becomes tests of pseudo keys (``@service``, ``@session`` …) and of the keys that follow from the
caller, so that a rule knows one kind of thing only. A statement with policy variables has no form of its own: it gets
one for a ``Scope``; where the scope does not know the variable, its tests carry marks (``conditions``).

A Deny with NotPrincipal spares only whom it lists whole: with account, role or user, and session if it is known.
Approximated: that a boundary makes it hold for everybody is left out, so that it takes in fewer callers than on AWS. A
unique id (AIDA…) or canonical user in a principal does not tell who it is: it is a mark, so that anybody may be it and
nobody has to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bastide.iam.canonical import ACCOUNT_ROOT
from bastide.iam.variables import VARIABLE
from bastide.model import PolicyDocument, Statement
from bastide.model.policy import Principals
from bastide.prove.symbolic.actions import Actions
from bastide.prove.symbolic.conditions import Scope, mark, pattern_bounds, tests_of, variables_of
from bastide.prove.symbolic.constraint import ANYTHING, RESOURCE, Strings, Test, absent, present
from bastide.prove.symbolic.pattern import Pattern, exact, glob
from bastide.prove.symbolic.tokens import joined, lazy

SERVICE, SESSION, FEDERATED = "@service", "@session", "@federated"
ACCOUNT, PRINCIPAL_ARN = "aws:principalaccount", "aws:principalarn"
UNIQUE_ID = re.compile(r"A[A-Z0-9]{15,}")  # Source: IAM User Guide, "IAM identifiers", Unique identifiers
ROOTS = "arn:*:iam::*:root"
ARN_HEAD = 5  # colons before which a resource holds no variables
NAMES = (ACCOUNT, PRINCIPAL_ARN, SESSION, SERVICE, FEDERATED)
NO_SCOPE: Scope = {}

Alternative = tuple[Test, ...]


class Rule:
    """One statement, ready for questions; ``origin`` names the policy that it stands in, for people. Never changed.

    Not a dataclass: a question makes hundreds, and most are only asked for their services.
    """

    def __init__(self, statement: Statement, version: str = "2012-10-17", origin: str = "") -> None:
        self.statement = statement
        self.version = version
        self.origin = origin

    @lazy
    def allows(self) -> bool:
        """Whether its effect is Allow."""
        return self.statement.effect == "Allow"

    @lazy
    def actions(self) -> Actions:
        """The actions that it speaks about."""
        one = self.statement
        return Actions(one.action) if one.action is not None else Actions(one.not_action or (), negated=True)

    @lazy
    def bits(self) -> int:
        """The documented actions that it speaks about."""
        return self.actions.bits()

    @lazy
    def variables(self) -> frozenset[str]:
        """Keys, in lower case, that it uses as policy variables."""
        one = self.statement
        texts = [*(one.resource or ()), *(one.not_resource or ())]
        if one.condition:
            texts += [text for tests in one.condition.values() for values in tests.values() for text in values]
        return variables_of(texts) if self.version >= "2012-10-17" and "${" in "".join(texts) else frozenset()

    @lazy
    def _plain(self) -> tuple[Alternative, ...]:
        return _alternatives_of(self.statement, NO_SCOPE, self.version)

    def alternatives(self, scope: Scope = NO_SCOPE) -> tuple[Alternative, ...]:
        """Its tests where the keys of ``scope`` are known: alternatives, each a conjunction; none: it never holds."""
        if not self.variables:
            return self._plain
        return _alternatives_of(
            self.statement, {key: scope[key] for key in sorted(self.variables & scope.keys())}, self.version
        )

    @lazy
    def is_everything(self) -> bool:
        """Whether it matches every request."""
        return speaks_of_every_action(self.statement) and any(not one for one in self._plain)

    @lazy
    def texts(self) -> tuple[str, ...]:
        """Every text of its principals, resources and conditions, in which accounts may be named."""
        one = self.statement
        principals = [*(one.principal or {}).values(), *(one.not_principal or {}).values()]
        conditions = [texts for tests in one.condition.values() for texts in tests.values()]
        return tuple(
            text for texts in (*principals, *conditions, one.resource or (), one.not_resource or ()) for text in texts
        )

    def __str__(self) -> str:
        """Policy, statement id or place."""
        where = self.statement.sid or str(self.statement.position)
        return f"{self.origin} {where}".strip()


def speaks_of_every_action(statement: Statement) -> bool:
    """Whether no action is outside of it."""
    actions = statement.action
    return not statement.not_action if actions is None else "*" in actions or "*:*" in actions


def admits_everything(layer: Iterable[Rule]) -> bool:
    """Whether one of the rules matches every request."""
    return any(rule.is_everything for rule in layer if speaks_of_every_action(rule.statement))


def rules(document: PolicyDocument, effect: str = "", origin: str = "") -> tuple[Rule, ...]:
    """The statements of a document, those of one effect where one is named."""
    version = document.version
    statements = document.statements
    if effect:
        statements = tuple(statement for statement in statements if statement.effect == effect)
    return tuple([Rule(statement, version, origin) for statement in statements])


def _alternatives_of(statement: Statement, scope: Scope, version: str) -> tuple[Alternative, ...]:
    variables = version >= "2012-10-17"
    tests = (*_resource_tests(statement, scope, variables), *tests_of(statement.condition, scope, variables=variables))
    return _alternatives(_principals(statement), tests)


def _alternatives(principals: Iterable[Alternative], tests: Alternative) -> tuple[Alternative, ...]:
    return tuple(tuple(test for test in (*one, *tests) if not _says_nothing(test)) for one in principals)


def _says_nothing(test: Test) -> bool:
    """Whether a test always holds: any resource, for one."""
    values = test.values
    if not (test.absent or test.key == RESOURCE) or not isinstance(values, Strings):
        return False
    if not values.inside:
        return not values.patterns
    return any(pattern.is_everything for pattern in values.patterns)


def _resource_tests(statement: Statement, scope: Scope, variables: bool) -> Alternative:
    texts = statement.resource if statement.resource is not None else statement.not_resource
    if texts is None:
        return ()
    if not variables or "${" not in "".join(texts):
        return (Test(RESOURCE, Strings(tuple(map(glob, texts)), inside=statement.resource is not None)),)
    bounds = [_resource_bounds(text, scope) for text in texts]
    wide = Strings(tuple(one for upper, _ in bounds for one in upper))
    narrow = Strings(tuple(one for _, lower in bounds for one in lower))
    known = wide == narrow
    if statement.resource is None:
        wide = narrow.negated()
    found = Test(RESOURCE, wide)
    return (found,) if known else (found, mark(RESOURCE, statement.resource is None, *sorted(texts)))


def _resource_bounds(text: str, scope: Scope) -> tuple[list[Pattern], list[Pattern]]:
    """A resource: a variable counts only behind the fifth colon (``*`` and other short forms hold none)."""
    if "${" not in text:
        return [glob(text)], [glob(text)]
    head, tail = _split(text)
    start = glob(head).tokens
    upper, lower = pattern_bounds(tail, "glob", scope)
    return (
        [Pattern(joined([*start, *one.tokens]), text) for one in upper],
        [Pattern(joined([*start, *one.tokens]), text) for one in lower],
    )


def _split(text: str) -> tuple[str, str]:
    """The five parts before the fifth colon, that included, and the rest; colons in a variable do not count."""
    hidden = VARIABLE.sub(lambda match: "x" * len(match[0]), text)
    position = -1
    for _ in range(ARN_HEAD):
        position = hidden.find(":", position + 1)
        if position < 0:
            return text, ""
    return text[: position + 1], text[position + 1 :]


def _principals(statement: Statement) -> tuple[Alternative, ...]:
    """Alternatives for who is meant; one that asks nothing where the statement has no such element."""
    if statement.principal is not None:
        return tuple((test,) if test else () for test in _named(statement.principal))
    if statement.not_principal is not None:
        named = _named(statement.not_principal)
        if None in named:
            return ()
        others = tuple(test.negated for test in named if test)
        return _not_whole(others) if statement.effect == "Deny" else (others,)
    return ((),)


def _not_whole(others: Alternative) -> tuple[Alternative, ...]:
    """Who is left out by part only: each alternative is one name of the caller that NotPrincipal does not list.

    ``others`` holds of callers none of whose names is listed. A root user has no name but its account.
    Source: IAM User Guide, "AWS JSON policy elements: NotPrincipal", Specifying NotPrincipal with Deny.
    """
    by_key = {test.key: test for test in others}
    marks = tuple(test for key, test in by_key.items() if key not in NAMES)
    arns = by_key[PRINCIPAL_ARN].values if PRINCIPAL_ARN in by_key else ANYTHING
    sessions = by_key[SESSION].values if SESSION in by_key else ANYTHING
    listed = arns.patterns if isinstance(arns, Strings) else ()
    parts: tuple[Alternative, ...] = (
        (present(PRINCIPAL_ARN), *(by_key[key] for key in (ACCOUNT,) if key in by_key)),
        (Test(PRINCIPAL_ARN, Strings((*listed, glob(ROOTS)), inside=False)),),
        (Test(SESSION, sessions),),
        (absent(PRINCIPAL_ARN), *(by_key[key] for key in (SERVICE, FEDERATED) if key in by_key)),
    )
    return tuple((*part, *marks) for part in parts)


def _named(principals: Principals) -> tuple[Test | None, ...]:
    """One test for each kind of name; None for everybody."""
    aws = principals.get("AWS", ())
    if "*" in principals or "*" in aws:
        return (None,)
    accounts = [match[1] if (match := ACCOUNT_ROOT.fullmatch(one)) else one for one in aws if _is_account(one)]
    sessions = [one for one in aws if ":assumed-role/" in one]
    nobody_known = [*(one for one in aws if UNIQUE_ID.fullmatch(one)), *principals.get("CanonicalUser", ())]
    identities = [one for one in aws if not (_is_account(one) or one in sessions or one in nobody_known)]
    found = {
        ACCOUNT: accounts,
        SESSION: sessions,
        PRINCIPAL_ARN: identities,
        SERVICE: principals.get("Service", ()),
        FEDERATED: principals.get("Federated", ()),
    }
    known = (Test(key, Strings(tuple(map(exact, names)))) for key, names in found.items() if names)
    return (*known, *(mark("is", one) for one in nobody_known))


def _is_account(text: str) -> bool:
    return (len(text) == 12 and text.isdigit()) or ACCOUNT_ROOT.fullmatch(text) is not None
