"""The way that most decisions go, with nothing asked twice and nothing worked out that nobody asks about.

One idea: of one action by one kind of caller, in a request that tells certain condition keys, a policy set is a short
program. What is tested of a key that such a request lacks is settled once; only keys that are still asked about are
read. Requests with anything unusual (grants of keys, access control lists, two partitions, a user id of their own, the
management account) are left to ``Compiled.decide_in_full``, whose decision a program's always is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bastide.iam.conditions import Test, all_of
from bastide.iam.layers import Layer, ResourceTest, Rule
from bastide.iam.principals import DIRECT, NONE, Caller, Names
from bastide.iam.services import NEEDS_RESOURCE_POLICY
from bastide.iam.variables import Keys

# Keys that follow from the resource and its owner; those of the caller stand in ``Caller.keys``.
OF_OWNER = frozenset({"aws:resourceaccount", "s3:resourceaccount", "kms:calleraccount"})
# Keys that requests may have though their context does not tell them. Source: ``Principal.keys``, ``request.keys_of``.
DERIVED = OF_OWNER | {
    "aws:principalaccount", "aws:principalarn", "aws:principalisawsservice", "aws:principalorgid",
    "aws:principalservicename", "aws:principalservicenameslist", "aws:principaltype", "aws:userid", "aws:username",
}  # fmt: skip
USER_ID = "aws:userid"
S3, KMS = "s3:", "kms:"
Denying = tuple[Rule, Layer]
Tests = tuple[ResourceTest | None, Test | None, Names | None]


@dataclass(frozen=True, slots=True)
class Program:
    """What is left to ask about requests of one action by one kind of caller that tell the same keys."""

    action: str  # in lower case
    reads: tuple[tuple[str, str], ...]  # keys to be read from the context: as written there, and in lower case
    of_owner: tuple[str, ...]  # keys to be filled in that follow from the resource
    denies: tuple[Tests, ...]
    all_denies: tuple[Denying, ...]  # every Deny that covers the action, in AWS's order, with its layer
    demanding: tuple[tuple[Layer, tuple[Tests, ...]], ...]  # layers that do not allow every such request
    resource: tuple[Tests, ...]  # the Allows of the resource's policy
    needs_resource: bool  # whether that policy may have to allow in its own account
    identity: tuple[Tests, ...] | None  # the Allows of identity policies; None: one allows every such request
    limits: tuple[tuple[Layer, tuple[Tests, ...]], ...]  # boundary and session policy, as ``demanding``

    def keys(self, context: Mapping[str, str | Iterable[str]], caller: Caller, owner: str) -> Keys:
        """The condition keys that are asked about, of those that the request has."""
        if not self.reads and not self.of_owner:
            return caller.keys
        found = caller.keys.copy()
        for key in self.of_owner:
            found[key] = (caller.account if key.startswith(KMS) else owner,)
        for told, key in self.reads:
            value = context[told]
            found[key] = (value,) if type(value) is str else tuple(value)
        return found


def applies(rules: tuple[Tests, ...], resource: str, keys: Keys, caller: Caller) -> bool:
    """Whether one of several statements speaks about a request."""
    for of_resource, condition, names in rules:
        # Rule.applies, written out: this loop is a good part of a decision.
        if (
            (of_resource is None or of_resource(resource, keys))
            and (condition is None or condition(keys))
            and (names is None or names(caller))
        ):
            return True
    return False


def strength(allows: tuple[Tests, ...], resource: str, keys: Keys, caller: Caller) -> int:
    """How strongly the strongest of several Allows names the caller; 0 when none applies."""
    strongest = NONE
    for of_resource, condition, names in allows:
        if (of_resource is None or of_resource(resource, keys)) and (condition is None or condition(keys)):
            strongest = max(strongest, DIRECT if names is None else names(caller))
    return strongest


def program(
    action: str, told: Iterable[str], denies: tuple[Denying, ...], demanding: Iterable[Layer],
    resource: Layer | None, identity: Layer, limits: Iterable[Layer],
) -> Program | None:  # fmt: skip
    """The program of an action (in lower case) in requests whose context tells some keys; None: there is none."""
    names = {key.lower(): key for key in told}
    if USER_ID in names or len(names) != len(list(told)):
        return None
    service = action[: action.find(":") + 1]
    grants = resource.about(action).allows if resource is not None else ()
    asked = [(layer, layer.about(action).allows) for layer in demanding]
    limiting = [(one, one.about(action).allows) for one in limits if not one.about(action).always]
    own = identity.about(action)
    every = [*(rule for rule, _ in denies), *(rule for _, rules in (*asked, *limiting) for rule in rules), *grants]
    every += own.allows if not own.always else ()
    reads = frozenset().union(*(rule.reads for rule in every if _tests(rule, names) is not None))
    derived = {"aws:resourceaccount", *([f"{S3}resourceaccount"] if service == S3 else []),
               *([f"{KMS}calleraccount"] if service == KMS else [])}  # fmt: skip
    return Program(
        action=action,
        reads=tuple((names[key], key) for key in sorted(reads & names.keys())),
        of_owner=tuple(sorted((reads & derived) - names.keys())),
        denies=_ready((rule for rule, _ in denies), names),
        all_denies=denies,
        demanding=tuple((layer, _ready(rules, names)) for layer, rules in asked),
        resource=_ready(grants, names),
        needs_resource=resource is not None and (action in NEEDS_RESOURCE_POLICY or service == KMS),
        limits=tuple((layer, _ready(rules, names)) for layer, rules in limiting),
        identity=None if own.always else _ready(own.allows, names),
    )


def _ready(rules: Iterable[Rule], names: Mapping[str, str]) -> tuple[Tests, ...]:
    found = ((rule, _tests(rule, names)) for rule in rules)
    return tuple((rule.resource, all_of(tests), rule.names) for rule, tests in found if tests is not None)


def _tests(rule: Rule, names: Mapping[str, str]) -> list[Test] | None:
    """The tests of a rule that are open when the context tells some keys; None when one of the others fails."""
    left = []
    for key, test in rule.tests:
        if key in names or key in DERIVED:
            left.append(test)
        elif not test({}):  # the key is absent, and then a test asks about no other
            return None
    return left
