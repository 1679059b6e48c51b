"""How the public could reach a bucket: its ACL, its policy, and the two blocks that stand in the way.

The one idea: of the four block settings only two take away access that is there. ``IgnorePublicAcls`` makes a public
ACL void, ``RestrictPublicBuckets`` a public policy; the two ``Block…`` settings only refuse new ones. The account's
and the bucket's settings add up. A bucket without ACLs (BucketOwnerEnforced) cannot have a public one.

A template is of a bucket that is yet to be made. What it leaves out is what AWS gives to new buckets since April 2023,
all four blocks on and ACLs disabled; but a template that itself asks for a public ACL or policy, and in which nothing
forbids it, asks for a public bucket and fails: that S3 would refuse it today is no reason to call it closed, for the
next edit that makes it deployable makes it public.

Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage"; "Access control list (ACL) overview";
AWS News Blog, "Heads-Up: Amazon S3 Security Changes Are Coming in April of 2023".
"""

from __future__ import annotations

from collections.abc import Mapping

from bastide.controls.lookup import elements_of
from bastide.controls.neighbours import beside
from bastide.controls.policies import Policy, policy_of, public_statement
from bastide.controls.switches import is_on
from bastide.iam.exposure import names_everyone, overlaps
from bastide.model import GLOBAL, PASS, Estate, Resource, Statement, Unknown, Value, Verdict, fail, unknown
from bastide.model.unknown import unknowns_in

ACCOUNT_BLOCK = "Bastide::S3::AccountPublicAccessBlock"
BUCKET_POLICY = "AWS::S3::BucketPolicy"
READ = ("s3:Get*", "s3:List*", "s3:Head*")
WRITE = ("s3:Put*", "s3:Delete*", "s3:Create*", "s3:Abort*", "s3:Restore*", "s3:Replicate*", "s3:ObjectOwner*",
         "s3:Bypass*", "s3:Update*")  # fmt: skip
# Canned ACLs that let in everybody, or everybody with any AWS account, which is the same.
PUBLIC_ACLS = {
    "read": frozenset({"PublicRead", "PublicReadWrite", "AuthenticatedRead"}),
    "write": frozenset({"PublicReadWrite"}),
}
# The others that there are. Source: AWS CloudFormation Template Reference, AWS::S3::Bucket, AccessControl.
CLOSED_ACLS = frozenset({"Private", "AwsExecRead", "BucketOwnerFullControl", "BucketOwnerRead", "LogDeliveryWrite"})
PERMISSIONS = {
    "read": frozenset({"READ", "READ_ACP", "FULL_CONTROL"}),
    "write": frozenset({"WRITE", "WRITE_ACP", "FULL_CONTROL"}),
}
PUBLIC_GROUPS = ("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers")


def judge_exposure(bucket: Resource, estate: Estate, kind: str) -> Verdict:
    """FAIL when the public can ``read`` or ``write`` (``kind``) by ACL or policy; UNKNOWN when that hangs on a gap."""
    return _first((acl_exposure(bucket, estate, kind), policy_exposure(bucket, estate, kind)))


def _first(verdicts: tuple[Verdict, ...]) -> Verdict:
    order = {"FAIL": 0, "UNKNOWN": 1, "PASS": 2}
    return min(verdicts, key=lambda verdict: order[verdict.status])


def acl_exposure(bucket: Resource, estate: Estate, kind: str) -> Verdict:
    """FAIL when the bucket's ACL lets the public in and nothing makes it void."""
    access = _public_grants(bucket, kind)
    if access is None:
        return PASS
    shield = _either(acls_disabled(bucket), block(bucket, estate, "IgnorePublicAcls"))
    if is_new(bucket):
        shield = _forbidden(bucket, estate, "IgnorePublicAcls", "BlockPublicAcls")
        shield = _either(bucket.get("OwnershipControls") is not None and acls_disabled(bucket), shield)
    if shield is True:
        return PASS
    if isinstance(access, Unknown):
        return unknown(access, "AccessControl")
    if isinstance(shield, Unknown):
        return unknown(shield, "AccessControl")
    return fail(f"the ACL lets {access} {kind}", "AccessControl")


def _public_grants(bucket: Resource, kind: str) -> str | Unknown | None:
    """Whom the ACL lets in beyond AWS accounts that are named; None for nobody."""
    grants = bucket.get("Grants")  # ours: where no canned ACL says the same
    if isinstance(grants, Unknown):
        return grants
    if isinstance(grants, list):
        gaps = unknowns_in(grants)
        if gaps:
            return gaps[0]
        if not all(isinstance(grant, Mapping) and isinstance(grant.get("Permission"), str) for grant in grants):
            return Unknown("not a list of grants")
        opened = [
            str(grant.get("Grantee")) for grant in grants
            if str(grant.get("Grantee")).endswith(PUBLIC_GROUPS) and grant["Permission"] in PERMISSIONS[kind]
        ]  # fmt: skip
        return opened[0].rsplit("/", 1)[-1] if opened else None
    canned = bucket.get("AccessControl")
    if isinstance(canned, Unknown):
        return canned
    if canned is not None and (not isinstance(canned, str) or canned not in CLOSED_ACLS | PUBLIC_ACLS["read"]):
        return Unknown("not a canned ACL")
    return f"{canned} callers" if canned in PUBLIC_ACLS[kind] else None


def is_new(bucket: Resource) -> bool:
    """The bucket is yet to be made, so that what it leaves out has AWS's default."""
    return bucket.origin.source in ("template", "declared")


def acls_disabled(bucket: Resource) -> bool | Unknown:
    """Object ownership is BucketOwnerEnforced, so that ACLs do not count."""
    if is_new(bucket) and bucket.get("OwnershipControls") is None:
        return True
    rules = elements_of(bucket.get("OwnershipControls.Rules"))
    if isinstance(rules, Unknown):
        return rules
    for index in range(len(rules)):
        ownership = bucket.get(f"OwnershipControls.Rules.{index}.ObjectOwnership")
        if isinstance(ownership, Unknown):
            return ownership
        if ownership == "BucketOwnerEnforced":
            return True
    return False


def block(bucket: Resource, estate: Estate, setting: str) -> bool | Unknown:
    """A block setting is on for the bucket: its own, or its account's."""
    if is_new(bucket) and bucket.get("PublicAccessBlockConfiguration") is None:
        return True
    return _either(
        _switch(bucket.get(f"PublicAccessBlockConfiguration.{setting}")), account_block(bucket, estate, setting)
    )


def _forbidden(bucket: Resource, estate: Estate, *settings: str) -> bool | Unknown:
    """One of the block settings is said to be on, for the bucket that is yet to be made or for its account.

    Switches of a property that is left out are off here; where the whole property is Unknown, so are they.
    """
    shield: bool | Unknown = False
    for setting in settings:
        own = _switch(bucket.get(f"PublicAccessBlockConfiguration.{setting}"))
        shield = _either(shield, _either(own, account_block(bucket, estate, setting)))
    return shield


def account_block(bucket: Resource, estate: Estate, setting: str) -> bool | Unknown:
    """A block setting is on for the whole account; off where the estate holds no such settings."""
    settings = estate.listed(ACCOUNT_BLOCK, bucket.account, GLOBAL)
    if isinstance(settings, Unknown):
        return settings
    return _switch(settings[0].get(setting)) if settings else False


def _switch(value: Value) -> bool | Unknown:
    return value if isinstance(value, Unknown) else is_on(value)


def _either(left: bool | Unknown, right: bool | Unknown) -> bool | Unknown:
    """Or over three values: one true is enough, else Unknown if one is."""
    if left is True or right is True:
        return True
    return left if isinstance(left, Unknown) else right


def bucket_name(bucket: Resource) -> str:
    """The name that policies and ARNs call the bucket by."""
    name = bucket.get("BucketName")
    return name if isinstance(name, str) else bucket.id


def bucket_policies(bucket: Resource, estate: Estate) -> tuple[Policy, ...] | Unknown:
    """The bucket's policy (in a template there may be none, or wrongly several)."""
    found = beside(bucket, estate, BUCKET_POLICY, "Bucket", bucket_name(bucket))
    if isinstance(found, Unknown):
        return found
    policies = (policy_of(resource, "PolicyDocument") for resource in found)
    return tuple(policy for policy in policies if policy is not None)


def policy_exposure(bucket: Resource, estate: Estate, kind: str) -> Verdict:
    """FAIL when the bucket's policy lets the public in and RestrictPublicBuckets does not stop it."""
    policies = bucket_policies(bucket, estate)
    if policies == ():
        return PASS
    restricted = block(bucket, estate, "RestrictPublicBuckets")
    if is_new(bucket):
        restricted = _forbidden(bucket, estate, "RestrictPublicBuckets", "BlockPublicPolicy")
    if restricted is True:
        return PASS
    if isinstance(policies, Unknown):
        return unknown(policies, "PolicyDocument")
    return _first(tuple(_policy_verdict(policy, restricted, kind) for policy in policies))


def _policy_verdict(policy: Policy, restricted: bool | Unknown, kind: str) -> Verdict:
    opened, gap = public_statement(policy, lambda statement: grants(statement, kind))
    if gap is not None:
        return unknown(gap.reason, gap.path)
    if opened is None:
        return PASS
    path, statement = opened
    number = policy.statements.index(opened) + 1 if opened in policy.statements else path.rpartition(".")[2]
    if isinstance(restricted, Unknown):
        return unknown(restricted, path)
    whom = "everybody but a few" if statement.not_principal else "everybody"
    return fail(f"the bucket policy lets {whom} {kind}: statement {statement.sid or number}", path)


def grants(statement: Statement, kind: str) -> bool:
    """The statement allows an action of that kind on S3."""
    wanted = READ if kind == "read" else WRITE
    if statement.action is None:
        return not any(pattern.lower() in ("s3:*", "*", "*:*") for pattern in statement.not_action or ())
    return any(overlaps(pattern, action) for pattern in statement.action for action in wanted)


def lets_in_everyone(statement: Statement) -> bool:
    """Whether a principal element takes in everybody (for a Deny: hits everybody)."""
    return statement.not_principal is None and names_everyone(statement)
