"""Accounts between the file and the organization: what AWS has given out, who left the file, who cannot be entered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bastide.errors import InputError, Problem
from bastide.model import Account, Estate, Organization, ResourceKey

if TYPE_CHECKING:
    from bastide.aws.session import Target
    from bastide.declare.expand import Known


def known(target: Target, organization: Organization | None) -> Known:
    """What AWS has already given out, for the expansion."""
    from bastide.declare.expand import Known

    if organization is None:
        return Known(management_account=target.management_account, partition=target.partition)
    ids = {account.email.lower(): account.id for account in organization.accounts if account.email}
    ids |= {account.name: account.id for account in organization.accounts if account.status == "ACTIVE"}
    management = organization.accounts_by_id.get(organization.management_account)
    return Known(
        management_account=organization.management_account,
        management_email=management.email if management else "",
        organization_id=organization.id,
        root_id=organization.root_id,
        accounts=ids,
        partition=target.partition,
    )


def former_accounts(
    organization: Organization | None, declared: Estate, owned: Iterable[ResourceKey]
) -> tuple[Account, ...]:
    """Active accounts that Bastide created and the file no longer names."""
    if organization is None or declared.organization is None:
        return ()
    ours = {key.id for key in owned if key.type == "AWS::Organizations::Account"}
    left = ours - set(declared.organization.accounts_by_id)
    return tuple(account for account in organization.accounts if account.id in left and account.status == "ACTIVE")


def refuse_inactive(organization: Organization | None, declared: Estate) -> None:
    """Do not plan for an account that nobody can enter.

    Raises:
        InputError: accounts of the file are suspended, closed or on the way there; all are named.
    """
    there = organization.accounts_by_id if organization else {}
    named = declared.organization.accounts if declared.organization else ()
    resources = {resource.id: resource for resource in declared.of_type("AWS::Organizations::Account")}
    fix = "take it out of the file; until AWS closes it for good, AWS Support can reopen it"
    problems = [
        Problem(f"account {one.name} ({one.id}) is {there[one.id].status}", str(resources[one.id].origin), fix)
        for one in named
        if one.id in there and there[one.id].status != "ACTIVE" and one.id in resources
    ]
    if problems:
        raise InputError.of(problems)
