"""Organizations: a member leaves by its own decision. moto: only the management account can remove it."""

from __future__ import annotations

from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.organizations import management_account, tree, violation
from bastide.sandbox.wire import AwsError


@shim("organizations", "LeaveOrganization")
def leave_organization(call: Call) -> Answer:
    """The account stands alone afterwards; not the management account, nor a delegated administrator.

    Source: Organizations API reference, LeaveOrganization.
    """
    if call.account == management_account(call):
        raise AwsError("MasterCannotLeaveOrganizationException", "The management account can't leave its organization.")
    if any(str(admin.account.id) == call.account for admin in tree(call).admins):
        text = "You cannot leave the organization while the account is a delegated administrator for a service."
        raise violation("ACCOUNT_CANNOT_LEAVE_ORGANIZATION", text)
    call.invoke(
        "RemoveAccountFromOrganization",
        {"AccountId": call.account},
        account=management_account(call),
        region="us-east-1",
    )
    return None
