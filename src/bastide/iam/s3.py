"""What decides about a bucket beside its policy: Block Public Access, object ownership and access control lists.

Of Block Public Access, the two settings that a decision meets: ``RestrictPublicBuckets`` and ``IgnorePublicAcls``. The
other two refuse the call that would make something public.

Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", "Controlling ownership of objects",
"Access control list (ACL) overview" (mapping of ACL permissions and access policy permissions).
"""

from __future__ import annotations

from bastide.iam.exposure import public
from bastide.iam.policy_set import Bucket, Documents
from bastide.iam.question import Question
from bastide.iam.request import SERVICE

GROUPS = "http://acs.amazonaws.com/groups/global/"
EVERYONE, AUTHENTICATED = f"{GROUPS}AllUsers", f"{GROUPS}AuthenticatedUsers"
# Permission of an ACL → actions on a bucket, on an object (lower case).
PERMISSIONS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "READ": (
        frozenset({"s3:listbucket", "s3:listbucketversions", "s3:listbucketmultipartuploads"}),
        frozenset({"s3:getobject", "s3:getobjectversion"}),
    ),
    "WRITE": (frozenset({"s3:putobject"}), frozenset({"s3:putobject"})),
    "READ_ACP": (frozenset({"s3:getbucketacl"}), frozenset({"s3:getobjectacl", "s3:getobjectversionacl"})),
    "WRITE_ACP": (frozenset({"s3:putbucketacl"}), frozenset({"s3:putobjectacl", "s3:putobjectversionacl"})),
}


def policy_counts(bucket: Bucket, question: Question, policy: Documents) -> bool:
    """Whether the Allow statements of the bucket's policy count for this request.

    They do not for objects of another account, nor for outsiders when the policy is public and public buckets are
    restricted.
    """
    on_object = question.on_object
    if on_object and not bucket.owner_enforced and bucket.object_owner not in ("", question.owner):
        return False
    if not bucket.restrict_public_buckets or not is_public(policy):
        return True
    return question.caller.kind == SERVICE or (bool(question.caller.account) and not question.cross)


def is_public(policy: Documents) -> bool:
    """Whether S3 takes the bucket's policy for a public one."""
    return any(public(document.statements) for document in policy)


def acl_allows(bucket: Bucket, question: Question) -> bool:
    """Whether the access control list allows the action to the caller or to a group that holds it."""
    if bucket.owner_enforced or not bucket.acl:
        return False
    on_object = question.on_object
    return any(
        question.action in _actions(permission, on_object) and _holds(grantee, bucket, question)
        for grantee, permission in bucket.acl
    )


def _actions(permission: str, on_object: bool) -> frozenset[str]:
    if permission == "FULL_CONTROL":
        return frozenset().union(*(actions[on_object] for actions in PERMISSIONS.values()))
    return PERMISSIONS[permission][on_object] if permission in PERMISSIONS else frozenset()


def _holds(grantee: str, bucket: Bucket, question: Question) -> bool:
    if grantee in (EVERYONE, AUTHENTICATED):
        if bucket.ignore_public_acls:
            return False
        return grantee == EVERYONE or bool(question.caller.account)
    return grantee == question.caller.account or f"CanonicalUser {grantee}" in question.caller.names
