"""Who may call: sets of callers as tests of the keys that follow from a caller.

The one idea: the links between these keys (an ARN tells the account, the account the organization, a service has no
ARN) are fixed by going through kinds of callers one by one; within a kind all keys are then independent. Accounts are
those that the policies name, and one more that stands for all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bastide.prove.symbolic.conditions import Scope
from bastide.prove.symbolic.constraint import Strings, Test, absent, pinned, within
from bastide.prove.symbolic.pattern import arn, exact
from bastide.prove.symbolic.rule import ACCOUNT, FEDERATED, PRINCIPAL_ARN, SERVICE, SESSION, Rule

ORGANIZATION = "aws:principalorgid"
IS_SERVICE = "aws:principalisawsservice"
TYPE = "aws:principaltype"
KMS_CALLER = "kms:calleraccount"  # the caller's account, in requests to KMS alone
OTHER_ACCOUNT = "999900001111"  # stands for every account that no policy names
OTHER_SERVICE = "other-service.amazonaws.com"
TWELVE = re.compile(r"(?<!\d)\d{12}(?!\d)")
SERVICE_LINKED = "arn:*:iam::*:role/aws-service-role/*"
# Keys that only callers with an identity have.
OF_IDENTITIES = (PRINCIPAL_ARN, ACCOUNT, ORGANIZATION, "aws:principalorgpaths", "aws:username")


@dataclass(frozen=True, slots=True)
class Callers:
    """A set of callers: ``about`` in words, and tests of which all hold for them."""

    about: str
    tests: tuple[Test, ...]
    account: str = ""


def identities(
    account: str, *, organization: str | None = "", patterns: Sequence[str] = (), exempt: Sequence[str] = (),
    partition: str = "aws", about: str = "",
) -> Callers:  # fmt: skip
    """Every role (as a session), user and the root user of an account, but service-linked roles.

    ``organization``: its id; empty: in none; None: nothing is known of it. ``patterns`` narrow the ARNs (``ArnLike``),
    ``exempt`` takes some out.
    """
    start = f"arn:{partition}:iam::{account}:"
    tests = [
        within(PRINCIPAL_ARN, f"{start}role/?*", f"{start}user/?*", f"{start}root"),
        Test(PRINCIPAL_ARN, Strings((arn(SERVICE_LINKED), *map(arn, exempt)), inside=False), every=True),
        pinned(ACCOUNT, account),
        Test(KMS_CALLER, Strings((exact(account),)), every=True, absent=True),
        pinned(IS_SERVICE, "false"),
        pinned(TYPE, "AssumedRole", "User", "Account"),
        *map(absent, (SERVICE, FEDERATED, SESSION)),
    ]
    if patterns:
        tests.append(Test(PRINCIPAL_ARN, Strings(tuple(map(arn, patterns)))))
    if organization is not None:
        tests.append(pinned(ORGANIZATION, organization) if organization else absent(ORGANIZATION))
    return Callers(about or f"a principal of account {account}", tuple(tests), account)


def root_user(account: str, *, organization: str = "", partition: str = "aws") -> Callers:
    """The root user of an account."""
    found = identities(account, organization=organization, partition=partition, about=f"the root user of {account}")
    return Callers(found.about, (*found.tests, pinned(PRINCIPAL_ARN, f"arn:{partition}:iam::{account}:root")), account)


def service(name: str) -> Callers:
    """An AWS service that calls by itself."""
    keys = map(absent, (*OF_IDENTITIES, FEDERATED, SESSION, TYPE))
    tests = (pinned(SERVICE, name), pinned(IS_SERVICE, "true"), pinned("aws:principalservicename", name), *keys)
    return Callers(f"the service {name}", tests)


def anonymous() -> Callers:
    """Anybody, without credentials."""
    # Anonymous requests do not have aws:PrincipalIsAWSService.
    # Source: IAM User Guide, "AWS global condition context keys", aws:PrincipalIsAWSService, Availability.
    keys = map(absent, (*OF_IDENTITIES, SERVICE, FEDERATED, SESSION, IS_SERVICE))
    return Callers("anybody without credentials", (*keys, pinned(TYPE, "Anonymous")))


def federated(provider: str) -> Callers:
    """Whoever an identity provider vouches for."""
    keys = map(absent, (*OF_IDENTITIES, SERVICE, SESSION))
    return Callers(
        f"somebody signed in at {provider}", (*keys, pinned(FEDERATED, provider), pinned(IS_SERVICE, "false"))
    )


def session(arn_of_session: str, *, organization: str | None = None) -> Callers:
    """One session of a role, named in a policy."""
    _, partition, _, _, account, rest = arn_of_session.split(":", 5)
    role = rest.split("/")[1]
    found = identities(account, organization=organization, partition=partition, about=f"the session {arn_of_session}")
    start = f"arn:{partition}:iam::{account}:role/"
    tests = (test for test in found.tests if test.key != SESSION)
    return Callers(
        found.about,
        (*tests, pinned(SESSION, arn_of_session), within(PRINCIPAL_ARN, f"{start}{role}", f"{start}*/{role}")),
        account,
    )


def named_accounts(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Accounts that the texts of some rules name, sorted."""
    return tuple(sorted({found for rule in rules for text in rule.texts for found in TWELVE.findall(text)}))


def everybody(
    rules: Sequence[Rule], *, organization: str | None = None, members: Iterable[str] = ()
) -> tuple[Callers, ...]:
    """Kinds of callers that the rules can tell apart: accounts, services, providers, sessions, and one other of each.

    ``members`` are the accounts of ``organization``; the others are in none, or with None, nothing is known of it.
    """
    inside = frozenset(members)
    accounts = [*named_accounts(rules), OTHER_ACCOUNT]
    known = [
        identities(one, organization=organization if one in inside or organization is None else "") for one in accounts
    ]
    services = dict.fromkeys((*_principals(rules, "Service"), OTHER_SERVICE))
    sessions = [one for one in _principals(rules, "AWS") if ":assumed-role/" in one]
    return (
        anonymous(),
        *known,
        *map(service, services),
        *map(federated, dict.fromkeys(_principals(rules, "Federated"))),
        *(session(one) for one in dict.fromkeys(sessions)),
    )


def _principals(rules: Iterable[Rule], kind: str) -> list[str]:
    both = [one for rule in rules for one in (rule.statement.principal, rule.statement.not_principal) if one]
    return [name for principals in both for name in principals.get(kind, ())]


def any_identity(rules: Sequence[Rule]) -> tuple[Callers, ...]:
    """Callers with an identity that the rules can tell apart; one account where they name none."""
    accounts = named_accounts(rules) if _asks_who(rules) else ()
    return tuple(identities(one, organization=None) for one in (OTHER_ACCOUNT, *accounts))


def _asks_who(rules: Iterable[Rule]) -> bool:
    keys = (key.lower() for rule in rules for tests in rule.statement.condition.values() for key in tests)
    return any(key.startswith(("aws:principal", "aws:userid", "aws:username")) for key in keys)


def known_keys(keys: Scope) -> tuple[Test, ...]:
    """Tests that pin keys to what is known of them."""
    return tuple(absent(key.lower()) if value is None else pinned(key.lower(), value) for key, value in keys.items())
