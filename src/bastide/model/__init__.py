"""The nouns: Estate, Organization, Resource, Unknown, Arn, PolicyDocument, Verdict, Finding, Change, Plan.

Everything downstream takes an ``Estate``: an immutable set of ``Resource`` plus one ``Organization``. Where it came
from (declared, template, observed, recorded) is a field, never a class. Properties have exactly the CloudFormation
registry shape; what has no registry type is a ``Bastide::Service::Thing`` under the same rule. What could not be read
is ``Unknown(reason)``: never missing, never a guess, and nothing turns it into PASS.

Values are plain JSON values (``dict``, ``list``, ``str``, ``int``, ``float``, ``bool``, ``None``) and ``Unknown``; they
are shared, not copied, so nobody may change one in place. This package holds no verbs but those of a value itself
(look-up, equality, JSON form) and imports nothing of Bastide but ``errors``.
"""

from bastide.model.arn import Arn
from bastide.model.change import Action, Change, Difference, Plan
from bastide.model.estate import Estate, Gap
from bastide.model.kind import ResourceType, Scope
from bastide.model.organization import Account, Organization, OrganizationPolicy, Unit
from bastide.model.policy import PolicyDocument, Position, Statement
from bastide.model.resource import GLOBAL, Origin, Resource, ResourceKey
from bastide.model.unknown import Properties, Unknown, Value
from bastide.model.verdict import (
    NOT_APPLICABLE,
    PASS,
    Finding,
    Severity,
    Status,
    Verdict,
    fail,
    not_applicable,
    unknown,
)

__all__ = [
    "GLOBAL",
    "NOT_APPLICABLE",
    "PASS",
    "Account",
    "Action",
    "Arn",
    "Change",
    "Difference",
    "Estate",
    "Finding",
    "Gap",
    "Organization",
    "OrganizationPolicy",
    "Origin",
    "Plan",
    "PolicyDocument",
    "Position",
    "Properties",
    "Resource",
    "ResourceKey",
    "ResourceType",
    "Scope",
    "Severity",
    "Statement",
    "Status",
    "Unit",
    "Unknown",
    "Value",
    "Verdict",
    "fail",
    "not_applicable",
    "unknown",
]
