"""An IAM user has rights by a group, where they are reviewed once for all who need them."""

from bastide.controls.control import control
from bastide.controls.lookup import elements_of
from bastide.controls.neighbours import called, gap_at
from bastide.controls.parameter import Parameter
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

ADDITION = "AWS::IAM::UserToGroupAddition"
PATH = "Groups"


@control(
    title="IAM users are in a group",
    resource_type="AWS::IAM::User",
    severity="low",
    maps_to=("Bastide:IAM.user-groups", "NIST-800-53r5:AC-6", "NIST-800-53r5:AC-2"),
    source="AWS Config Developer Guide, iam-user-group-membership-check",
    remediation="Put the user into a group that has the rights, or replace the user by a role.",
    config_rule="iam-user-group-membership-check",
    parameters=(Parameter("groupNames", "list", None, "groups of which the user has to be in one"),),
    properties=("Groups", "UserName"),
)
def iam_user_in_group(user: Resource, estate: Estate, *, group_names: list[str] | None) -> Verdict:
    """FAIL when the user is in no group, or in none of those asked for."""
    groups = elements_of(user.get(PATH))
    added = _added(user, estate)
    known = [
        one
        for part in (groups, added)
        for one in (() if isinstance(part, Unknown) else part)
        if not isinstance(one, Unknown) and (group_names is None or one in group_names)
    ]
    if known:
        return PASS
    for part in (groups, added):
        gap = part if isinstance(part, Unknown) else next((one for one in part if isinstance(one, Unknown)), None)
        if gap is not None:
            return unknown(gap, PATH)
    return fail("the user is in no group" if group_names is None else "the user is in none of the groups", PATH)


def _added(user: Resource, estate: Estate) -> list[object] | Unknown:
    """The groups that a template adds the user to."""
    gap = gap_at(estate, ADDITION, user.account, user.region)
    if gap is not None:
        return gap
    name = called(user, "UserName")
    if isinstance(name, Unknown):
        return name
    found: list[object] = []
    for addition in estate.of_type(ADDITION):
        users = elements_of(addition.get("Users"))
        if addition.account == user.account and not isinstance(users, Unknown) and name in users:
            found.append(addition.get("GroupName"))
    return found
