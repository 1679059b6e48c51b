"""Who is outside: which accounts are trusted, which callers are not theirs, and for whom a service may act.

The one idea: a zone is a set of trusted accounts (an organization's, or the resource's own), and everything else
follows: a caller of another account carries neither our organization's id nor its path, and nobody but a service
carries a source (``aws:SourceArn``, ``aws:SourceAccount``), which tells for whom it acts.

Source: IAM User Guide, "AWS global condition context keys" (keys of the source); "IAM Access Analyzer findings"
(zone of trust).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bastide.errors import InputError
from bastide.iam.exposure import names_everyone
from bastide.iam.vocabulary import suggest
from bastide.model import Statement
from bastide.prove.invariants_estate import Guarded, Policies
from bastide.prove.symbolic import Rule, Test, absent
from bastide.prove.symbolic.callers import (
    ORGANIZATION,
    OTHER_ACCOUNT,
    Callers,
    anonymous,
    identities,
    named_accounts,
    session,
)  # fmt: skip
from bastide.prove.symbolic.constraint import Strings
from bastide.prove.symbolic.pattern import exact, glob
from bastide.prove.symbolic.rule import UNIQUE_ID

ZONES = ("organization", "account")
# Keys that only calls of services carry.
SOURCES = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths")
SOURCE_OWNER = "aws:sourceowner"
POSITIVE = frozenset({"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"})
PARTIAL = re.compile(r"(?<![\w*?-])(?=[*?]*\d)[\d?]*[*?][\d*?]*(?![\w*?-])")  # digits of an account with wildcards
WILD = re.compile(r"[*?]|\$\{")


@dataclass(frozen=True)
class Zone:
    """Which accounts a resource of ``owner`` trusts; ``organization`` is the id of the organization that it trusts."""

    policies: Policies
    trusted: frozenset[str]
    organization: str = ""

    def callers(self, one: Guarded, rule: Rule) -> tuple[Callers, ...]:
        """Kinds of callers from outside that a rule of the resource may mean, the least known first."""
        names = _names(rule.statement)
        sessions = [name for name in names if ":assumed-role/" in name and self.is_outside(account_of(name))]
        if names_everyone(rule.statement):
            binding = (rule, *one.denies, *self.policies.rcps(one.resource.account).denies)
            accounts = [*named_accounts(binding), *_partly_named(binding), OTHER_ACCOUNT]
            first = [self._without_source(anonymous())]
        else:
            accounts, first = [account_of(name) for name in names], []
        outside = dict.fromkeys(account for account in accounts if self.is_outside(account))
        known = [self.of_account(account) for account in outside if re.fullmatch(r"\d{12}", account)]
        return (*first, *known, *(self._without_source(session(name)) for name in sessions))

    def is_outside(self, account: str) -> bool:
        """Whether an account is not trusted."""
        return account not in self.trusted

    def of_account(self, account: str) -> Callers:
        """The identities of an account outside."""
        if account in self.policies.accounts:  # of the organization, when only the resource's own account is trusted
            about = f"a principal of account {account}"
            return self._without_source(identities(account, organization=self.policies.organization_id, about=about))
        other = account == OTHER_ACCOUNT
        where = "the organization" if self.organization else "the account"
        return self._without_source(
            foreign(
                account,
                self.policies.organization_id,
                f"a principal outside {where}" if other else f"a principal of the outside account {account}",
            )
        )

    def _without_source(self, callers: Callers) -> Callers:
        owner = Test(SOURCE_OWNER, Strings(tuple(map(exact, sorted(self.trusted))), inside=False), True, True)
        return replace(callers, tests=(*callers.tests, *map(absent, SOURCES), owner))

    def acts_for_ours(self, statement: Statement) -> bool:
        """Whether a test of the statement lets a service act for nobody outside."""
        return any(
            self._ours(key.lower(), values)
            for operator, tests in statement.condition.items()
            if operator.lower().removeprefix("foranyvalue:") in POSITIVE
            for key, values in tests.items()
        )

    def _ours(self, key: str, values: Iterable[str]) -> bool:
        if key in ("aws:sourceaccount", SOURCE_OWNER):
            return all(value in self.trusted for value in values)
        if key == "aws:sourcearn":
            return all(map(self._is_ours, values))
        if key in ("aws:sourceorgid", "aws:sourceorgpaths"):
            mine = self.organization
            return bool(mine) and all(value == mine or value.startswith(f"{mine}/") for value in values)
        return False

    def _is_ours(self, arn: str) -> bool:
        parts = arn.split(":", 5)
        if len(parts) < 6:
            return False
        # An ARN without an account (a bucket's) is taken for ours when it names one resource.
        return not WILD.search(parts[5].partition("/")[0]) if not parts[4] else parts[4] in self.trusted


def zone_of(policies: Policies, owner: str, zone: str) -> Zone:
    """The zone of trust of a resource of ``owner``: ``organization`` or ``account``.

    Raises:
        InputError: there is no such zone.
    """
    if zone not in ZONES:
        raise InputError(f"no such zone of trust: {zone!r}", fix=suggest(zone, ZONES) or "organization or account")
    if zone == "account" or owner not in policies.accounts:
        return Zone(policies, frozenset({owner}))
    return Zone(policies, policies.accounts, policies.organization_id)


def foreign(account: str, organization: str, about: str = "") -> Callers:
    """The identities of an account that is in no organization, or in another than ``organization``."""
    found = identities(account, organization=None, about=about)
    if not organization:
        return found
    tests = (
        Test(ORGANIZATION, Strings((exact(organization),), inside=False), every=True, absent=True),
        Test("aws:principalorgpaths", Strings((glob(f"{organization}/*"),), inside=False), every=True, absent=True),
    )
    return replace(found, tests=(*found.tests, *tests))


def may_come_from_outside(statement: Statement, zone: Zone) -> bool:
    """Whether the principal element of an Allow leaves room for an identity outside, or for everybody."""
    return names_everyone(statement) or any(
        zone.is_outside(account_of(name)) and not UNIQUE_ID.fullmatch(name) for name in _names(statement)
    )


def named_of(statement: Statement, account: str) -> str:
    """The identities of an account that a statement names; empty where it means all of the account, or everybody."""
    names = [name for name in _names(statement) if account and account_of(name) == account]
    whole = any(name == account or name.endswith(":root") for name in names)
    return "" if whole or names_everyone(statement) else " or ".join(names)


def unnamed_principals(statement: Statement) -> tuple[str, ...]:
    """Principals of whom a policy does not tell the account.

    Canonical users, CloudFront's origin access identities, and unique ids: those of an identity that is gone, as AWS
    shows them, or of one that somebody wrote down by its id.
    """
    others = tuple(name for name in _names(statement) if account_of(name) == "cloudfront" or UNIQUE_ID.fullmatch(name))
    return (*(statement.principal or {}).get("CanonicalUser", ()), *others)


def _partly_named(every: Iterable[Rule]) -> list[str]:
    """One account for each pattern of digits (``1234*``) in the texts of some rules."""
    tokens = sorted({token for rule in every for text in rule.texts for token in PARTIAL.findall(text)})
    heads = ((token.partition("*")[0], token.rpartition("*")[2] if "*" in token else "") for token in tokens)
    filled = (f"{head}{'0' * (12 - len(head) - len(tail))}{tail}".replace("?", "0") for head, tail in heads)
    return [account for account in filled if re.fullmatch(r"\d{12}", account)]


def account_of(principal: str) -> str:
    """The account of an AWS principal as policies write it: its digits, or an ARN.

    >>> account_of("arn:aws:iam::111122223333:root"), account_of("111122223333")
    ('111122223333', '111122223333')
    """
    return principal.split(":")[4] if principal.count(":") >= 5 else principal


def _names(statement: Statement) -> tuple[str, ...]:
    return tuple((statement.principal or {}).get("AWS", ()))
