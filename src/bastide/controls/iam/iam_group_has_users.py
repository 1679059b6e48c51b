"""An IAM group has users: one that nobody is in is rights without an owner."""

from bastide.controls.control import control
from bastide.controls.lookup import elements_of
from bastide.controls.neighbours import called, gap_at
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

USER, ADDITION = "AWS::IAM::User", "AWS::IAM::UserToGroupAddition"


@control(
    title="IAM groups have users",
    resource_type="AWS::IAM::Group",
    severity="low",
    maps_to=("Bastide:IAM.group-users", "NIST-800-53r5:AC-2", "NIST-800-53r5:AC-6"),
    source="AWS Config Developer Guide, iam-group-has-users-check",
    remediation="Delete the group, or put those who need its rights into it.",
    reads=(USER,),
    config_rule="iam-group-has-users-check",
    properties=("GroupName",),
)
def iam_group_has_users(group: Resource, estate: Estate) -> Verdict:
    """FAIL when no user of the account is in the group."""
    name = called(group, "GroupName")
    if isinstance(name, Unknown):
        return unknown(name, "GroupName")
    doubt = gap_at(estate, USER, group.account, group.region)
    for kind, path in ((USER, "Groups"), (ADDITION, "GroupName")):
        for other in estate.of_type(kind):
            if other.account != group.account:
                continue
            value = other.get(path)
            names = elements_of([value] if path == "GroupName" else value)
            if isinstance(names, Unknown):
                doubt = names if doubt is None else doubt
            elif name in [one for one in names if not isinstance(one, Unknown)]:
                return PASS
            else:
                doubt = next((one for one in names if isinstance(one, Unknown)), None) if doubt is None else doubt
    return unknown(doubt) if doubt is not None else fail("nobody is in the group")
