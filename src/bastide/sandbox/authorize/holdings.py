"""What resources say about themselves: their policies, owners, grants and public access settings.

One idea: one reader a service, by the service in the ARN; the owner is the account in the ARN, or S3's. A resource
without a policy, or that does not exist, says nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bastide.iam.policy_set import Bucket, Grant
from bastide.sandbox import moto
from bastide.sandbox.authorize import stored_policies
from bastide.sandbox.authorize.library import Source
from bastide.sandbox.authorize.policies import OfResource

TRUST = ("sts:",)
# No policy of a member's has a say when its root user is taken from the organization's centre.
CENTRAL = frozenset({"sts:assumeroot"})
# What does not exist yet is the caller's, though a name may be another's.
MAKING = frozenset({"s3:createbucket"})
Reader = Callable[[list[str], str], OfResource]


def read_resource(arn: str, action: str, caller: str) -> OfResource:
    """What the resource says about requests of the action (lower case) by somebody of the account `caller`.

    Of services without resource policies here it is the caller's: whom they let into other accounts, as Organizations
    does its delegated administrators, is their own business.
    """
    parts = arn.split(":", 5)
    reader = _READERS.get(parts[2]) if len(parts) == 6 else None
    if reader is None or (parts[2] == "iam" and not action.startswith(TRUST)) or action in MAKING | CENTRAL:
        return OfResource(caller)
    return reader(parts, parts[4] if parts[4].isdigit() else caller)


def _exists(service: str, account: str) -> bool:
    return account in moto.backend_dict(service)


def _backend(service: str, parts: list[str]) -> Any:
    """moto's state in the ARN's account and Region; None when there is none (asking moto would make one)."""
    backends = moto.backend_dict(service)
    if parts[4] not in backends or parts[3] not in backends[parts[4]]:
        return None
    return backends[parts[4]][parts[3]]


def _bucket(parts: list[str], owner: str) -> OfResource:
    name, _, key = parts[5].partition("/")
    place = moto.backend_dict("s3").bucket_accounts.get(name)
    if place is None:
        return OfResource(owner)
    partition, account = place
    backend = moto.backend("s3", account, partition)
    bucket = backend.buckets.get(name)
    if bucket is None:
        return OfResource(owner)
    policy = Source(_text(bucket.policy), f"policy of {name}") if bucket.policy else None
    blocks = (bucket.public_access_block, _account_block(account))
    enforced = bucket.ownership_rule in (None, "BucketOwnerEnforced")
    acl: tuple[tuple[str, str], ...] = ()
    if not enforced:
        found = bucket.acl if not key else getattr(backend.get_object(name, key), "acl", None)
        acl = tuple(_grants(found))
    settings = Bucket(
        restrict_public_buckets=any(one is not None and _on(one.restrict_public_buckets) for one in blocks),
        ignore_public_acls=any(one is not None and _on(one.ignore_public_acls) for one in blocks),
        owner_enforced=enforced,
        acl=acl,
    )
    return OfResource(account, policy, bucket=settings)


def _account_block(account: str) -> Any:
    return moto.backend("s3control", account, "aws").public_access_block if _exists("s3control", account) else None


def _on(value: Any) -> bool:
    return value is True or str(value).lower() == "true"


def _grants(acl: Any) -> list[tuple[str, str]]:
    rows = getattr(acl, "grants", None) or ()
    return [(one.uri or one.id, permission) for row in rows for one in row.grantees for permission in row.permissions]


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else json.dumps(value)


def _key(parts: list[str], owner: str) -> OfResource:
    backend = _backend("kms", parts)
    key = backend.keys.get(parts[5].removeprefix("key/")) if backend is not None else None
    if key is None:
        return OfResource(owner)
    name = f"policy of key {parts[5].removeprefix('key/')}"
    grants = tuple(
        Grant(
            str(one.grantee_principal),
            tuple(one.operations),
            _pairs((one.constraints or {}).get("EncryptionContextEquals")),
            _pairs((one.constraints or {}).get("EncryptionContextSubset")),
        )
        for one in key.grants.values()
    )
    return OfResource(owner, Source(_text(key.policy), name), grants)


def _pairs(context: Any) -> tuple[tuple[str, str], ...] | None:
    return None if context is None else tuple(sorted(context.items()))


def _role(parts: list[str], owner: str) -> OfResource:
    if not _exists("iam", owner):
        return OfResource(owner)
    arn = ":".join(parts)
    roles = moto.backend("iam", owner, "aws").roles.values()
    found = next((one for one in roles if one.arn == arn), None)
    if found is None:
        return OfResource(owner)
    return OfResource(owner, Source(_text(found.assume_role_policy_document), f"trust policy of {found.name}"))


def _queue(parts: list[str], owner: str) -> OfResource:
    backend = _backend("sqs", parts)
    found = backend.queues.get(parts[5]) if backend is not None else None
    text = getattr(found, "policy", None)
    return OfResource(owner, Source(_text(text), f"policy of queue {parts[5]}") if text else None)


def _topic(parts: list[str], owner: str) -> OfResource:
    backend = _backend("sns", parts)
    found = backend.topics.get(":".join(parts)) if backend is not None else None
    return OfResource(owner, Source(str(found.policy), f"policy of topic {parts[5]}") if found else None)


def _function(parts: list[str], owner: str) -> OfResource:
    backend = _backend("lambda", parts)
    names = parts[5].split(":")
    if names[0] == "layer":
        return _stored(parts, owner)
    if backend is None or names[0] != "function" or len(names) < 2:
        return OfResource(owner)
    found = backend._lambdas._functions.get(names[1])
    latest = found.get("latest") if found else None
    statements = latest.policy.statements if latest is not None else ()
    if not statements:
        return OfResource(owner)
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return OfResource(owner, Source(text, f"policy of function {names[1]}"))


def _secret(parts: list[str], owner: str) -> OfResource:
    backend = _backend("secretsmanager", parts)
    if backend is None:
        return OfResource(owner)
    arn = ":".join(parts)
    found = next((one for one in dict.values(backend.secrets) if one.arn == arn), None)
    text = getattr(found, "policy", None)
    return OfResource(owner, Source(_text(text), f"policy of secret {found.name}") if found and text else None)


def _repository(parts: list[str], owner: str) -> OfResource:
    backend = _backend("ecr", parts)
    name = parts[5].removeprefix("repository/")
    found = backend.repositories.get(name) if backend is not None else None
    text = getattr(found, "policy", None)
    return OfResource(owner, Source(_text(text), f"policy of repository {name}") if text else None)


def _stored(parts: list[str], owner: str) -> OfResource:
    """A resource of a service whose policies are rows of a table."""
    text = stored_policies.read_text(":".join(parts), owner, parts[3])
    return OfResource(owner, Source(text, f"policy of {parts[5]}") if text else None)


_READERS: dict[str, Reader] = {
    **dict.fromkeys(stored_policies.SERVICES, _stored),
    "s3": _bucket,
    "kms": _key,
    "iam": _role,
    "sqs": _queue,
    "sns": _topic,
    "lambda": _function,
    "secretsmanager": _secret,
    "ecr": _repository,
}


def endpoint_policy(identifier: str, account: str, region: str) -> tuple[Source | None, str, str]:
    """(policy, VPC, owner) of a VPC endpoint, looked for in the caller's account and Region first."""
    backends = moto.backend_dict("ec2")
    places = [(account, region)] + [(other, place) for other in list(backends) for place in list(backends[other])]
    for other, place in places:
        if other not in backends or place not in backends[other]:
            continue
        found = backends[other][place].vpc_end_points.get(identifier)
        if found is not None:
            return Source(_text(found.policy_document), f"policy of {identifier}"), str(found.vpc_id), other
    return None, "", ""
