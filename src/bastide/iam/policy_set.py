"""All policies in force for a caller and a resource: what a decision is taken over.

None means "nobody said": such a policy does not restrict. An empty identity grants nothing, an empty level of SCPs
denies. RCPFullAWSAccess is implied at every level of RCPs, because it cannot be detached.

Source: IAM User Guide, "Policy evaluation logic"; AWS Organizations User Guide, "RCP syntax" (RCPFullAWSAccess).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bastide.model import PolicyDocument

Documents = tuple[PolicyDocument, ...]
Levels = Sequence[Sequence[PolicyDocument]]  # from the root to the account


@dataclass(frozen=True, slots=True)
class Grant:
    """A KMS grant: who may do which operations with the key, within an encryption context (``…Equals`` or subset)."""

    grantee: str  # ARN, or service principal
    operations: tuple[str, ...]  # as KMS names them: Decrypt, GenerateDataKey …
    context_equals: tuple[tuple[str, str], ...] | None = None
    context_subset: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True, slots=True)
class Bucket:
    """What decides about a bucket beside its policy. Defaults are those of a bucket made today."""

    restrict_public_buckets: bool = True  # account's or bucket's or organization's setting: the strictest counts
    ignore_public_acls: bool = True
    owner_enforced: bool = True  # object ownership BucketOwnerEnforced: access control lists do not count
    object_owner: str = ""  # account that owns the object, where it is not the bucket's
    acl: tuple[tuple[str, str], ...] = ()  # (grantee: canonical id, group URI or account; permission) of the resource


@dataclass(frozen=True)
class PolicySet:
    """Policies by type. ``scp``: of the caller's account; ``rcp``: of the resource's; both one item a level."""

    scp: Levels | None = None
    rcp: Levels | None = None
    identity: Documents = ()
    boundary: Documents | None = None
    session: Documents | None = None
    resource: Documents | None = None
    endpoint: Documents | None = None
    resource_account: str = ""
    management_account: str = ""
    grants: tuple[Grant, ...] = ()
    bucket: Bucket | None = None

    def with_scp(self, document: PolicyDocument) -> PolicySet:
        """The same with one more SCP attached to the account."""
        levels = [*(self.scp or ((),))]
        return replace(self, scp=(*levels[:-1], (*levels[-1], document)))

    def with_session(self, documents: Documents | None) -> PolicySet:
        """The same for a session with these session policies; None for a session without."""
        return self if documents is None else replace(self, session=documents)
