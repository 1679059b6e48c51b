"""A policy that somebody has to have is attached to a user, a group or a role: by default access to AWS's support."""

from __future__ import annotations

from collections.abc import Iterator

from bastide.controls.control import ACCOUNT, control
from bastide.controls.lookup import elements_of
from bastide.controls.neighbours import gap_at
from bastide.controls.parameter import Parameter
from bastide.model import GLOBAL, PASS, Estate, Resource, Unknown, Value, Verdict, fail, unknown

SUPPORT = "arn:aws:iam::aws:policy/AWSSupportAccess"
KINDS = {"IAM_USER": "AWS::IAM::User", "IAM_GROUP": "AWS::IAM::Group", "IAM_ROLE": "AWS::IAM::Role"}
ANY = "ANY"


@control(
    title="Somebody has the policy for AWS's support",
    resource_type=ACCOUNT,
    severity="low",
    maps_to=("SecurityHub:IAM.18", "CIS-AWS-3.0:1.17", "CIS-AWS-5.0:1.16", "NIST-800-53r5:IR-7"),
    source="AWS Config Developer Guide, iam-policy-in-use; AWS Security Hub User Guide, IAM.18",
    remediation="Make a role for those who handle incidents, with the policy AWSSupportAccess.",
    reads=tuple(KINDS.values()),
    config_rule="iam-policy-in-use",
    parameters=(
        Parameter("policyARN", "string", SUPPORT, "the policy"),
        Parameter("policyUsageType", "string", ANY, "IAM_USER, IAM_GROUP, IAM_ROLE or ANY: what has to have it"),
    ),
)
def iam_policy_in_use(account: Resource, estate: Estate, *, policy_arn: str, policy_usage_type: str) -> Verdict:
    """FAIL when nobody of the kind has the policy."""
    if policy_usage_type not in (*KINDS, ANY):
        return unknown(f"policyUsageType {policy_usage_type!r} is none of {', '.join((*KINDS, ANY))}")
    doubt: Unknown | None = None
    for kind in KINDS.values() if policy_usage_type == ANY else (KINDS[policy_usage_type],):
        doubt = gap_at(estate, kind, account.account, GLOBAL) if doubt is None else doubt
        for one in _attached(estate, kind, account.account):
            if one == policy_arn:
                return PASS
            doubt = one if isinstance(one, Unknown) else doubt
    return unknown(doubt) if doubt is not None else fail(f"nobody has {policy_arn}")


def _attached(estate: Estate, kind: str, account: str) -> Iterator[Value]:
    for one in estate.in_place(kind, account, GLOBAL):
        found = elements_of(one.get("ManagedPolicyArns"))
        yield from [found] if isinstance(found, Unknown) else found
