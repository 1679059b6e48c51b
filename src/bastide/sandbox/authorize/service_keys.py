"""The condition keys that single services add to a request (`rds:StorageEncrypted`, `kms:GrantOperations`).

One idea: most are called like a parameter and are filled from it; the rest is one function a service. A key is only
filled where the Service Authorization Reference lists it for the action or the resource's type.

Source: Service Authorization Reference, condition keys of actions and resource types; the services' own pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from bastide.iam.lint import catalog
from bastide.sandbox import moto
from bastide.sandbox.authorize.context import Keys
from bastide.sandbox.authorize.policies import InForce
from bastide.sandbox.authorize.resources import Question
from bastide.sandbox.call import Call

Extra = Callable[[Call, Question], Keys]
EXTRA: dict[str, Extra] = {}
# Condition key → parameter, where they are not called alike.
CALLED: dict[str, str] = {
    "iam:policyarn": "PolicyArn",
    "lambda:functionurlauthtype": "AuthType",
    "lambda:codesigningconfigarn": "CodeSigningConfigArn",
    "organizations:policytype": "Type",
    "ram:requestedallowsexternalprincipals": "allowExternalPrincipals",
    "ram:principal": "principals",
    "rds:databaseclass": "DBInstanceClass",
    "rds:databaseengine": "Engine",
    "rds:databasename": "DBName",
    "rds:piops": "Iops",
    "rds:storagesize": "AllocatedStorage",
    "s3:prefix": "Prefix",
    "s3:delimiter": "Delimiter",
    "s3:max-keys": "MaxKeys",
    "s3:versionid": "VersionId",
    "s3:x-amz-acl": "ACL",
    "s3:x-amz-copy-source": "CopySource",
    "s3:x-amz-grant-full-control": "GrantFullControl",
    "s3:x-amz-grant-read": "GrantRead",
    "s3:x-amz-grant-read-acp": "GrantReadACP",
    "s3:x-amz-grant-write": "GrantWrite",
    "s3:x-amz-grant-write-acp": "GrantWriteACP",
    "s3:x-amz-metadata-directive": "MetadataDirective",
    "s3:x-amz-object-ownership": "ObjectOwnership",
    "s3:x-amz-server-side-encryption": "ServerSideEncryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
    "s3:x-amz-server-side-encryption-customer-algorithm": "SSECustomerAlgorithm",
    "s3:x-amz-storage-class": "StorageClass",
    "s3:object-lock-mode": "ObjectLockMode",
    "s3:object-lock-legal-hold": "ObjectLockLegalHoldStatus",
    "s3:object-lock-retain-until-date": "ObjectLockRetainUntilDate",
    "events:source": "Source",
    "events:detail-type": "DetailType",
    "sts:rolesessionname": "RoleSessionName",
}
# Keys with a value although the request does not give one. Source: the services' API references, defaults.
DEFAULTS: dict[str, dict[str, str]] = {
    "rds:createdbinstance": {"rds:StorageEncrypted": "false", "rds:PubliclyAccessible": "false"},
    "rds:createdbcluster": {"rds:StorageEncrypted": "false"},
    "elasticfilesystem:createfilesystem": {"elasticfilesystem:Encrypted": "false"},
    "ram:createresourceshare": {"ram:RequestedAllowsExternalPrincipals": "true"},
    "kms:createkey": {"kms:BypassPolicyLockoutSafetyCheck": "false", "kms:MultiRegion": "false"},
    "kms:putkeypolicy": {"kms:BypassPolicyLockoutSafetyCheck": "false"},
    "kms:creategrant": {"kms:GrantIsForAWSResource": "false"},
    "kms:schedulekeydeletion": {"kms:ScheduleKeyDeletionPendingWindowInDays": "30"},
    "secretsmanager:putresourcepolicy": {"secretsmanager:BlockPublicPolicy": "false"},
}


def extra(prefix: str) -> Callable[[Extra], Extra]:
    """Register the function that adds what parameters alone do not tell for an IAM prefix."""

    def register(function: Extra) -> Extra:
        EXTRA[prefix] = function
        return function

    return register


def service_keys(call: Call, question: Question) -> Keys:
    """The service's own condition keys for one question."""
    prefix = question.action.partition(":")[0]
    found: Keys = _defaults(call, question)
    for key, path in _paths(call.service, call.operation, question.action, question.kind):
        value = _value(call.params, path)
        if value is not None:
            found[key] = value
    more = EXTRA.get(prefix)
    return found | more(call, question) if more is not None else found


def _defaults(call: Call, question: Question) -> Keys:
    """The values of parameters that the request leaves out; one that it gives is not known for every resource type."""
    rows = DEFAULTS.get(question.action.lower())
    if not rows:
        return {}
    given = {_plain(name) for name in call.params}
    return {
        key: value for key, value in rows.items() if _plain(CALLED.get(key.lower(), key.partition(":")[2])) not in given
    }


def asks_of_request(in_force: InForce, question: Question) -> bool:
    """Whether a policy in force asks about keys that follow from this request's parameters."""
    key = (question.action, question.kind)
    known = in_force.learned.get(key)
    if known is None:
        known = in_force.learned[key] = _asks(in_force.asked, question)
    return known


def _asks(asked: frozenset[str], question: Question) -> bool:
    if "aws:requesttag" in asked or "aws:tagkeys" in asked:
        return True
    prefix = question.action.partition(":")[0]
    own = {key for key in asked if key.startswith(f"{prefix}:")}
    if prefix in ("s3", "kms", "sts", "organizations"):  # whose keys the reference does not list for every action
        return bool(own)
    listed = {key.lower().partition("/")[0] for key in keys_of(question.action, "")}
    return any(key in listed for key in own)


@lru_cache(maxsize=16_384)
def _paths(service: str, operation: str, action: str, kind: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(condition key, path of the parameter) of an action on a resource type."""
    prefix = action.partition(":")[0]
    shape = moto.service_model(service).operation_model(operation).input_shape
    if shape is None:
        return ()
    members: dict[str, tuple[str, ...]] = {_plain(member): (member,) for member in shape.members}
    for member, inner in shape.members.items():
        for nested in getattr(inner, "members", {}):
            members.setdefault(_plain(nested), (member, nested))
    found = []
    for key in sorted(keys_of(action, kind)):
        if "/" in key or "$" in key or not key.startswith(f"{prefix}:"):
            continue
        wanted = _plain(CALLED.get(key.lower(), key.partition(":")[2]))
        if wanted in members:
            found.append((key, members[wanted]))
    return tuple(found)


@lru_cache(maxsize=16_384)
def keys_of(action: str, kind: str) -> frozenset[str]:
    """The condition keys that the reference lists for an action on a type of resource, spelled as there."""
    prefix, _, name = action.partition(":")
    row = catalog._DATA.actions._get_actions(prefix).get(name.lower())
    if row is None:
        return frozenset()
    found = set(row["conditionKeys"])
    rows = catalog._DATA.resources._get_resources(prefix)
    for use in row["resourceTypes"]:
        if use["name"].lower() == kind or not kind:
            found |= {*use["conditionKeys"], *rows.get(use["name"].lower(), {}).get("conditionKeys", ())}
    return frozenset(found)


def _plain(text: str) -> str:
    return text.replace("-", "").replace("_", "").lower()


def _value(params: Any, path: tuple[str, ...]) -> str | tuple[str, ...] | None:
    for member in path:
        params = params.get(member) if isinstance(params, Mapping) else None
    return text(params)


def text(value: Any) -> str | tuple[str, ...] | None:
    """A parameter's value as a condition key's: texts, numbers, truth and times; None for what is none of these."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, list | tuple) and value and all(isinstance(one, str | int) for one in value):
        return tuple(str(one) for one in value)
    return None


@extra("s3")
def s3(call: Call, question: Question) -> Keys:
    """How the request is signed, and what its body says."""
    query = "X-Amz-" in call.request.url or "AWSAccessKeyId=" in call.request.url
    found: Keys = {"s3:TlsVersion": "1.3", "s3:authType": "REST-QUERY-STRING" if query else "REST-HEADER"}
    if call.principal.access_key:
        found["s3:signatureversion"] = "AWS4-HMAC-SHA256"
    constraint = (call.params.get("CreateBucketConfiguration") or {}).get("LocationConstraint")
    if constraint:
        found["s3:locationconstraint"] = str(constraint)
    digest = call.request.header("x-amz-content-sha256")
    if digest:
        found["s3:x-amz-content-sha256"] = digest
    given = call.params.get("Tagging")
    if given and question.kind == "object":
        from bastide.sandbox.authorize.context import _tags

        tags = dict(_tags(given, ""))
        found |= {f"s3:RequestObjectTag/{key}": value for key, value in tags.items()}
        found["s3:RequestObjectTagKeys"] = tuple(tags)
    return found


@extra("kms")
def kms(call: Call, question: Question) -> Keys:
    """The encryption context, and facts of the key."""
    found: Keys = {}
    context = call.params.get("EncryptionContext")
    if isinstance(context, Mapping) and context:
        found = {f"kms:EncryptionContext:{key}": str(value) for key, value in context.items()}
        found["kms:EncryptionContextKeys"] = tuple(context)
    named = str(call.params.get("KeyId") or "")
    alias = named.rpartition(":")[2] if ":alias/" in named else named if named.startswith("alias/") else ""
    if alias:
        found["kms:RequestAlias"] = alias
    operations = call.params.get("Operations")
    if call.operation == "CreateGrant" and operations:
        found["kms:GrantOperations"] = tuple(map(str, operations))
        constraints = call.params.get("Constraints") or {}
        found |= {"kms:GrantConstraintType": name} if (name := next(iter(constraints), "")) else {}
    return found | _key_facts(question.resource)


def _key_facts(arn: str) -> Keys:
    parts = arn.split(":", 5)
    if len(parts) < 6 or not parts[5].startswith("key/"):
        return {}
    backend = moto.backend("kms", parts[4], parts[3])
    key = backend.keys.get(parts[5].removeprefix("key/"))
    if key is None:
        return {}
    aliases = tuple(backend.get_alias_names(key.id)) if hasattr(backend, "get_alias_names") else ()
    found: Keys = {
        "kms:KeySpec": str(key.key_spec),
        "kms:KeyUsage": str(key.key_usage),
        "kms:KeyOrigin": str(key.origin),
        "kms:MultiRegion": str(bool(getattr(key, "multi_region", False))).lower(),
    }
    return found | ({"kms:ResourceAliases": aliases} if aliases else {})


@extra("iam")
def iam(call: Call, question: Question) -> Keys:
    """The boundary of whoever is changed, when the request sets none; and which organization policy is asked about."""
    if call.params.get("PermissionsBoundary") or question.kind not in ("user", "role"):
        return {}
    backend = moto.backend("iam", call.account, "aws")
    holders: Iterator[Any] = iter((*backend.users.values(), *backend.roles.values()))
    found = next((one for one in holders if one.arn == question.resource), None)
    arn = getattr(found, "permissions_boundary_arn", None) or getattr(found, "boundary", None)
    return {"iam:PermissionsBoundary": str(arn)} if arn else {}


@extra("organizations")
def organizations(call: Call, question: Question) -> Keys:
    """The type of the policy that the request names."""
    from bastide.sandbox.authorize.lookups import organization_backend

    identifier = call.params.get("PolicyId")
    backend = organization_backend(call.account) if identifier else None
    found = next((one for one in backend.policies if one.id == identifier), None) if backend is not None else None
    named = call.params.get("PolicyType") or call.params.get("Filter")
    kind = found.type if found is not None else named
    return {"organizations:PolicyType": str(kind)} if kind else {}


@extra("lambda")
def lambda_(call: Call, question: Question) -> Keys:
    """Layers and network of a function."""
    found: Keys = {}
    if call.params.get("Layers"):
        found["lambda:Layer"] = tuple(map(str, call.params["Layers"]))
    network = call.params.get("VpcConfig") or {}
    for key, member in (("lambda:SubnetIds", "SubnetIds"), ("lambda:SecurityGroupIds", "SecurityGroupIds")):
        if network.get(member):
            found[key] = tuple(map(str, network[member]))
    return found


@extra("ram")
def ram(call: Call, question: Question) -> Keys:
    """What an existing share allows, and the types of what is shared."""
    found: Keys = {}
    arns = call.params.get("resourceArns") or ()
    if arns:
        kinds = tuple(f"{arn.split(':')[2]}:{arn.split(':', 5)[5].split('/')[0]}" for arn in arns if arn.count(":") > 4)
        found |= {"ram:ResourceArn": tuple(arns), "ram:RequestedResourceType": kinds}
    share = call.params.get("resourceShareArn")
    if share:
        shares = moto.backend("ram", call.account, call.region).resource_shares
        one = next((one for one in shares if one.arn == share), None)
        if one is not None:
            found["ram:AllowsExternalPrincipals"] = str(one.allow_external_principals).lower()
            found["ram:ResourceShareName"] = str(one.name)
    return found


@extra("sts")
def sts(call: Call, question: Question) -> Keys:
    """How the session is to be."""
    found: Keys = {}
    if call.params.get("TransitiveTagKeys"):
        found["sts:TransitiveTagKeys"] = tuple(map(str, call.params["TransitiveTagKeys"]))
    task = call.params.get("TaskPolicyArn")
    return found | ({"sts:TaskPolicyArn": str(task.get("arn"))} if isinstance(task, Mapping) else {})


@extra("events")
def events(call: Call, question: Question) -> Keys:
    """Where a rule sends its events, and what the events say of themselves."""
    found: Keys = {}
    targets = [str(row.get("Arn")) for row in call.params.get("Targets") or () if isinstance(row, Mapping)]
    if targets:
        found["events:TargetArn"] = tuple(targets)
    rows = [row for row in call.params.get("Entries") or () if isinstance(row, Mapping)]
    if rows:
        found["events:source"] = tuple(str(row.get("Source")) for row in rows)
        found["events:detail-type"] = tuple(str(row.get("DetailType")) for row in rows)
    return found
