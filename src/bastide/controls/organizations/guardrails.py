"""Whether policies of one type limit an account: any of them, on any level from the root down.

The one idea: the policy that every node is born with allows everything and so limits nothing. A Deny limits; so does
a level at which nothing allows everything.

Source: AWS Organizations User Guide, "SCP evaluation", "RCP evaluation".
"""

from __future__ import annotations

from bastide.controls.neighbours import gap_at
from bastide.iam.exposure import is_all_actions, is_all_resources
from bastide.model import GLOBAL, PASS, Estate, OrganizationPolicy, Resource, Verdict, fail, not_applicable, unknown

POLICY = "AWS::Organizations::Policy"
MANAGEMENT = not_applicable("policies of the organization do not limit the management account")


def judge_limits(account: Resource, estate: Estate, policy_type: str) -> Verdict:
    """FAIL when no policy of the type limits the account; UNKNOWN when one that could not be read might."""
    organization = estate.organization
    if organization is None or organization.management_account == account.account:
        return MANAGEMENT
    levels = organization.policies_above(account.account, policy_type)
    every = [policy for level in levels for policy in level]
    if any(map(_denies, every)) or any(_narrows(level) for level in levels):
        return PASS
    unread = next((policy for policy in every if policy.document is None), None)
    if unread:
        return unknown(f"policy {unread.name} could not be read: {unread.unreadable or 'no reason given'}")
    gap = gap_at(estate, POLICY, organization.management_account, GLOBAL)
    if gap is not None:
        return unknown(gap)
    return fail("nothing but policies that allow everything stands above the account")


def _denies(policy: OrganizationPolicy) -> bool:
    return policy.document is not None and any(one.effect == "Deny" for one in policy.document.statements)


def _narrows(level: tuple[OrganizationPolicy, ...]) -> bool:
    """Policies are attached at a level, all were read, and none of them allows everything."""
    return bool(level) and all(policy.document is not None and not _allows_all(policy) for policy in level)


def _allows_all(policy: OrganizationPolicy) -> bool:
    return policy.document is not None and any(
        one.effect == "Allow"
        and not one.condition
        and any(map(is_all_actions, one.action or ()))
        and any(map(is_all_resources, one.resource or ()))
        for one in policy.document.statements
    )
