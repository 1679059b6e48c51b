"""Organizations: policies, their types, sizes and attachments. moto: checks none of the limits."""

from __future__ import annotations

import json
from typing import Any

from bastide.errors import InputError
from bastide.iam import parse_policy
from bastide.model import Statement
from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.organizations import invalid, tree, violation
from bastide.sandbox.wire import AwsError

# Policy type → (characters, attached to one target). Source: Organizations User Guide, "Quotas"; SCPs since 2026-05-15.
LIMITS: dict[str, tuple[int, int]] = {
    "SERVICE_CONTROL_POLICY": (10240, 10),
    "RESOURCE_CONTROL_POLICY": (5120, 5),
    "TAG_POLICY": (10000, 10),
    "BACKUP_POLICY": (10000, 10),
    "AISERVICES_OPT_OUT_POLICY": (2500, 5),
    "CHATBOT_POLICY": (10000, 5),
    "DECLARATIVE_POLICY_EC2": (10000, 10),
    "SECURITYHUB_POLICY": (10000, 10),
    "SECURITYHUB_CSPM_POLICY": (10000, 10),
    "INSPECTOR_POLICY": (10000, 10),
    "GUARDDUTY_POLICY": (10000, 10),
    "UPGRADE_ROLLOUT_POLICY": (10000, 10),
    "BEDROCK_POLICY": (10000, 10),
    "S3_POLICY": (10000, 10),
    "NETWORK_SECURITY_DIRECTOR_POLICY": (10000, 10),
}
# Types of which every node keeps at least one.
KEPT = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")

moto.extend_policy_types(tuple(LIMITS))


@shim("organizations", "CreatePolicy")
def create_policy(call: Call) -> Answer:
    """Well-formed and within its size."""
    backend = tree(call)
    kind = call.params["Type"]
    if kind not in LIMITS:
        raise invalid("INVALID_ENUM_POLICY_TYPE", "You specified an invalid policy type.")
    if any(other.name == call.params["Name"] and other.type == kind for other in backend.policies):
        raise AwsError("DuplicatePolicyException", "A policy with the same name already exists.")
    check_content(kind, call.params["Content"])
    return call.forward()


@shim("organizations", "UpdatePolicy")
def update_policy(call: Call) -> Answer:
    """As at creation; AWS's own policies are immutable, names are unique."""
    backend = tree(call)
    policy = _find_policy(backend, call.params["PolicyId"])
    if policy.aws_managed:
        raise invalid("IMMUTABLE_POLICY", "You can't modify an AWS managed policy.")
    name = call.params.get("Name", policy.name)
    if any(other.name == name and other is not policy for other in backend.policies):
        raise AwsError("DuplicatePolicyException", "A policy with the same name already exists.")
    if "Content" in call.params:
        check_content(policy.type, call.params["Content"])
    return call.forward()


@shim("organizations", "DeletePolicy")
def delete_policy(call: Call) -> Answer:
    """Never AWS's own."""
    if _find_policy(tree(call), call.params["PolicyId"]).aws_managed:
        raise invalid("IMMUTABLE_POLICY", "You can't delete an AWS managed policy.")
    return call.forward()


def check_content(kind: str, content: str) -> None:
    """Raises AwsError when Organizations would refuse the text of a policy of this type."""
    most = LIMITS[kind][0]
    # Whitespace counts when the policy is sent by API.
    if len(content) > most:
        text = f"You have exceeded the maximum policy size ({most} characters)."
        raise violation("POLICY_CONTENT_LIMIT_EXCEEDED", text)
    if kind in KEPT:
        _check_statements(kind, content)
        return
    try:
        document = json.loads(content)
    except ValueError as wrong:
        raise _malformed("This policy contains invalid Json") from wrong
    if not isinstance(document, dict):
        raise _malformed("The policy must be a JSON object.")


def _check_statements(kind: str, content: str) -> None:
    """The grammar of the two authorization policies.

    Source: Organizations User Guide, "SCP syntax" (all of IAM's language but principals, since September 2025) and
    "RCP syntax" (Deny only, everybody, no action `*` alone).
    """
    try:
        document = parse_policy(content, positions=False)
    except InputError as wrong:
        raise _malformed(f"The provided policy document does not meet the requirements: {wrong.what}") from wrong
    for one in document.statements:
        if one.action is None and one.not_action is None:
            raise _malformed("A statement needs an Action or a NotAction.")
        if one.resource is None and one.not_resource is None:
            raise _malformed("A statement needs a Resource or a NotResource.")
        if not one.sid.isalnum() and one.sid:
            raise _malformed("A Sid has letters and digits only.")
        _check_scp(one) if kind == "SERVICE_CONTROL_POLICY" else _check_rcp(one)


def _check_scp(one: Statement) -> None:
    if one.principal is not None or one.not_principal is not None:
        raise _malformed("Service control policies do not support the Principal element.")


def _check_rcp(one: Statement) -> None:
    if one.effect != "Deny" or one.not_principal is not None or set((one.principal or {}).values()) != {("*",)}:
        raise _malformed("Resource control policies support the Deny effect and the principal * only.")
    if one.not_action is not None:
        raise _malformed("Resource control policies do not support the NotAction element.")
    if "*" in (one.action or ()):
        raise _malformed("Resource control policies do not support * alone as an action.")


def _malformed(text: str) -> AwsError:
    return AwsError("MalformedPolicyDocumentException", text)


@shim("organizations", "AttachPolicy")
def attach_policy(call: Call) -> Answer:
    """Of an enabled type, once, within the type's quota per target."""
    backend = tree(call)
    policy, target = _find_policy(backend, call.params["PolicyId"]), _find_target(backend, call.params["TargetId"])
    if policy.type not in _enabled(backend):
        raise AwsError("PolicyTypeNotEnabledException", "The specified policy type isn't enabled in the root.")
    if policy in target.attached_policies:
        raise AwsError("DuplicatePolicyAttachmentException", "The policy is already attached to the specified target.")
    same = [other for other in target.attached_policies if other.type == policy.type]
    if len(same) >= LIMITS[policy.type][1]:
        text = "You have attached the maximum number of policies of this type to the target."
        raise violation("MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", text)
    return call.forward()


@shim("organizations", "DetachPolicy")
def detach_policy(call: Call) -> Answer:
    """Every node keeps at least one SCP and one RCP."""
    backend = tree(call)
    policy, target = _find_policy(backend, call.params["PolicyId"]), _find_target(backend, call.params["TargetId"])
    if policy not in target.attached_policies:
        raise AwsError("PolicyNotAttachedException", "The policy isn't attached to the specified target.")
    if policy.type == "RESOURCE_CONTROL_POLICY" and policy.aws_managed:
        # Source: Organizations User Guide, "Resource control policies (RCPs)", RCPFullAWSAccess.
        raise violation("MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", "You can't detach RCPFullAWSAccess.")
    same = [other for other in target.attached_policies if other.type == policy.type]
    if policy.type in KEPT and len(same) == 1:
        text = "You can't detach the last policy of this type from an entity."
        raise violation("MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", text)
    return call.forward()


@shim("organizations", "DisablePolicyType")
def disable_policy_type(call: Call) -> Answer:
    """Detaches every policy of the type; the FullAWSAccess ones come back when it is enabled again."""
    response = call.forward()
    backend, kind = tree(call), call.params["PolicyType"]
    for target in [*backend.ou, *backend.accounts]:
        for policy in [found for found in target.attached_policies if found.type == kind and not found.aws_managed]:
            target.attached_policies.remove(policy)
            policy.attachments.remove(target)
    for default in [policy for policy in backend.policies if policy.type == kind and policy.aws_managed]:
        for target in [*backend.ou, *backend.accounts]:
            if default not in target.attached_policies:
                target.attached_policies.append(default)
                default.attachments.append(target)
    return response


def _enabled(backend: Any) -> set[str]:
    return {row["Type"] for unit in backend.ou for row in getattr(unit, "policy_types", [])}


def _find_policy(backend: Any, policy_id: str) -> Any:
    policy = next((policy for policy in backend.policies if policy.id == policy_id), None)
    if policy is None:
        raise AwsError("PolicyNotFoundException", "We can't find a policy with the PolicyId that you specified.")
    return policy


def _find_target(backend: Any, target_id: str) -> Any:
    target = next((target for target in [*backend.ou, *backend.accounts] if target.id == target_id), None)
    if target is None:
        raise AwsError("TargetNotFoundException", "We can't find a root, OU, or account with the TargetId.")
    return target
