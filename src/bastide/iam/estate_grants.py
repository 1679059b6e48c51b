"""What an estate knows of permissions that stand in no policy: access control lists of buckets, grants of keys.

A bucket's list speaks of the bucket, and of objects only as far as who may write them; the objects' own lists are not
in an estate, so that where they count a "no" stays uncertain.

Source: Amazon S3 User Guide, "Access control list (ACL) overview" (canned ACL), "Controlling ownership of objects"
(a bucket without ownership controls has lists); AWS KMS API Reference, GrantListEntry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bastide.iam.in_force import GRANTS, Unread
from bastide.iam.policy_set import Grant
from bastide.iam.s3 import AUTHENTICATED, EVERYONE
from bastide.model import Resource, Unknown

Acl = tuple[tuple[str, str], ...]
CANNED: Mapping[str, Acl] = {
    "PublicRead": ((EVERYONE, "READ"),),
    "PublicReadWrite": ((EVERYONE, "READ"), (EVERYONE, "WRITE")),
    "AuthenticatedRead": ((AUTHENTICATED, "READ"),),
}
OWNERSHIP = "OwnershipControls.Rules.0.ObjectOwnership"
MAY_GRANT = frozenset({GRANTS})


def lists_count(bucket: Resource, basis: str) -> bool | Unknown:
    """Whether access control lists of a bucket count: they do in one that runs without ownership controls.

    ``basis`` of the estate: a declared bucket (``model``) without them gets today's default, which has no lists.
    """
    ownership = bucket.get(OWNERSHIP)
    if isinstance(ownership, Unknown):
        return ownership
    return basis != "model" if ownership is None else ownership != "BucketOwnerEnforced"


def list_of(bucket: Resource, on_object: bool, unread: list[Unread]) -> Acl:
    """The bucket's list as far as it speaks of the bucket, or of its objects; what is not known goes to ``unread``."""
    if on_object:
        unread.append(Unread(f"access control lists of objects in {bucket.id}", "they are not in an estate", MAY_GRANT))
    canned, listed = bucket.get("AccessControl"), bucket.get("Grants")
    if isinstance(canned, Unknown) and not isinstance(listed, list | tuple):
        unread.append(Unread(f"access control list of {bucket.id}", canned.reason, MAY_GRANT))
        return ()
    found = CANNED.get(str(canned), ()) if not isinstance(canned, Unknown) else tuple(_pairs(listed))
    for grantee, _ in found:
        if not grantee.startswith("http"):
            why = "whose account this canonical user is, is not known"
            unread.append(Unread(f"{grantee} in the access control list of {bucket.id}", why, MAY_GRANT))
    if not on_object:
        return found
    return tuple((grantee, "WRITE") for grantee, permission in found if permission in ("WRITE", "FULL_CONTROL"))


def _pairs(listed: object) -> Iterator[tuple[str, str]]:
    for one in listed if isinstance(listed, list | tuple) else ():
        if isinstance(one, Mapping):
            yield str(one.get("Grantee", "")), str(one.get("Permission", ""))


def grants_of(key: Resource, basis: str, unread: list[Unread]) -> tuple[Grant, ...]:
    """Grants of a key; of one that runs and whose grants were not read, that goes to ``unread``."""
    listed = key.get("Grants")
    if isinstance(listed, Unknown) or (listed is None and basis != "model"):
        why = listed.reason if isinstance(listed, Unknown) else "they were not read"
        unread.append(Unread(f"grants of {key.arn or key.id}", why, MAY_GRANT))
        return ()
    return tuple(_grant(one) for one in listed or () if isinstance(one, Mapping))


def _grant(value: Mapping[str, object]) -> Grant:
    constraints = value.get("Constraints")
    limits = constraints if isinstance(constraints, Mapping) else {}
    operations = value.get("Operations")
    return Grant(
        str(value.get("GranteePrincipal", "")),
        tuple(map(str, operations)) if isinstance(operations, list | tuple) else (),
        _context(limits.get("EncryptionContextEquals")),
        _context(limits.get("EncryptionContextSubset")),
    )


def _context(value: object) -> tuple[tuple[str, str], ...] | None:
    if not isinstance(value, Mapping):
        return None
    return tuple(sorted((str(key), str(one)) for key, one in value.items()))
