"""A user has one active access key at most, but while it is being rotated.

A template is asked for the keys that it makes itself.
"""

from bastide.controls.control import control
from bastide.controls.iam.credentials import REPORT, active_keys
from bastide.controls.neighbours import gap_at, having, unplaced
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

KEY = "AWS::IAM::AccessKey"


@control(
    title="Users have one active access key at most",
    resource_type="AWS::IAM::User",
    severity="low",
    maps_to=("CIS-AWS-3.0:1.13", "CIS-AWS-5.0:1.12", "NIST-800-53r5:AC-2(1)"),
    source="IAM User Guide, Generate credential reports for your AWS account",
    remediation="Deactivate the key that was not used last, then delete it.",
    reads=(REPORT, KEY),
    properties=("AccessKeys", "UserName"),
)
def iam_user_single_active_key(user: Resource, estate: Estate) -> Verdict:
    """FAIL when two access keys of a user are active."""
    if user.origin.source in ("declared", "template"):
        return _made_by_template(user, estate)
    keys = active_keys(user, estate)
    if isinstance(keys, Unknown):
        return unknown(keys, "AccessKeys")
    return fail(f"{len(keys)} access keys are active", "AccessKeys") if len(keys) > 1 else PASS


def _made_by_template(user: Resource, estate: Estate) -> Verdict:
    made = [one for one in having(estate, KEY, "UserName", user.id) if one.get("Status") != "Inactive"]
    sure = [one for one in made if not isinstance(one.get("Status"), Unknown)]
    if len(sure) > 1:
        return fail(f"the template makes {len(sure)} active access keys", "AccessKeys")
    unread = gap_at(estate, KEY, user.account, user.region)
    gap = unplaced(user, estate, KEY, "UserName") if unread is None else unread
    if gap is None and len(made) > 1:
        gap = Unknown("whether an access key is active is not known")
    return PASS if gap is None else unknown(gap, "AccessKeys")
