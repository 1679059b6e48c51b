"""Who callers are and where their accounts stand, remembered until a call may have changed it.

One idea: identities and the organization's tree change only by calls, and every call passes here first. Calls of
services that leave both alone keep what is remembered; all other changing calls end it.
"""

from __future__ import annotations

from bastide.sandbox.authorize.identities import Own, read_own
from bastide.sandbox.authorize.policies import NOWHERE, Place, read_place
from bastide.sandbox.call import Call
from bastide.sandbox.principal import Principal

# Services whose changes touch neither a policy of an identity nor the organization; at most they make a linked role.
QUIET = frozenset({
    "acm", "athena", "backup", "cloudtrail", "cloudwatch", "config", "dynamodb", "ec2", "ecr", "ecs", "eks", "elbv2",
    "events", "firehose", "glue", "guardduty", "inspector2", "kms", "lambda", "logs", "macie2", "network-firewall",
    "rds", "resourcegroupstaggingapi", "route53", "route53resolver", "s3", "s3control", "secretsmanager",
    "securityhub", "shield", "signer", "sns", "sqs", "ssm", "stepfunctions", "sts", "wafv2",
})  # fmt: skip
READS = ("Describe", "Get", "List", "Search", "Simulate", "Generate")


class Standing:
    """Callers and accounts of one sandbox."""

    def __init__(self) -> None:
        """Nobody known yet."""
        self._own: dict[str, tuple[Principal, Own]] = {}
        self._places: dict[str, Place] = {}
        self._stale = False

    def note(self, call: Call) -> None:
        """What is remembered ends with a call that may change it."""
        if call.service not in QUIET and not call.operation.startswith(READS):
            self._stale = True

    def read(self, principal: Principal) -> tuple[Own, Place]:
        """The caller with its own policies, and where its account stands."""
        self._renew()
        place = self.place(principal.account) if principal.type != "Anonymous" else NOWHERE
        known = self._own.get(principal.access_key)
        if known is None or known[0] is not principal:
            known = (principal, read_own(principal, place.organization))
            if principal.access_key and (known[1].identity or known[1].session):
                self._own[principal.access_key] = known
        return known[1], place

    def place(self, account: str) -> Place:
        """Where an account stands."""
        found = self._places.get(account)
        if found is None:
            found = read_place(account)
            if found.organization:  # an account may join while it is looked at
                self._places[account] = found
        return found

    def _renew(self) -> None:
        if self._stale:
            self._own.clear()
            self._places.clear()
            self._stale = False
