"""Operations whose resources lie deeper in the request than a parameter, or of which one call asks several actions.

One idea: one function an operation that lists (action, ARN, resource type). Where it lists nothing the general way is
tried. Source: Service Authorization Reference; EC2 User Guide, "Resource-level permissions for RunInstances".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.authorize.lookups import find_key_arn, key_of_ciphertext, launch_template_arn
from bastide.sandbox.call import Call

Asked = tuple[str, str, str]
Special = Callable[[Call], Iterator[Asked]]
SPECIAL: dict[tuple[str, str], Special] = {}

# Prefix of an id → resource type in ARNs, the longest first.
EC2_IDS = {
    "acl": "network-acl", "ami": "image", "cgw": "customer-gateway", "cr": "capacity-reservation",
    "dopt": "dhcp-options", "eigw": "egress-only-internet-gateway", "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "fl": "vpc-flow-log", "fleet": "fleet", "h": "dedicated-host", "i": "instance", "igw": "internet-gateway",
    "ipam": "ipam", "key": "key-pair", "lt": "launch-template", "nat": "natgateway", "pcx": "vpc-peering-connection",
    "pl": "prefix-list", "rtb": "route-table", "sg": "security-group", "sgr": "security-group-rule",
    "sir": "spot-instances-request", "snap": "snapshot", "subnet": "subnet", "tgw": "transit-gateway",
    "tgw-attach": "transit-gateway-attachment", "tgw-rtb": "transit-gateway-route-table", "vgw": "vpn-gateway",
    "vol": "volume", "vpc": "vpc", "vpce": "vpc-endpoint", "vpce-svc": "vpc-endpoint-service", "vpn": "vpn-connection",
}  # fmt: skip


def special(service: str, *operations: str) -> Callable[[Special], Special]:
    """Register the function for operations of a botocore service."""

    def register(function: Special) -> Special:
        SPECIAL.update(dict.fromkeys([(service, operation) for operation in operations], function))
        return function

    return register


def ec2_arn(call: Call, identifier: str) -> tuple[str, str]:
    """(ARN, resource type) of an EC2 id; images and snapshots name no account."""
    kind = EC2_IDS.get(identifier.rpartition("-")[0], "")
    account = "" if kind in ("image", "snapshot") else call.account
    return (f"arn:aws:ec2:{call.region}:{account}:{kind}/{identifier}", kind) if kind else ("*", "")


def _new(call: Call, kind: str) -> str:
    return f"arn:aws:ec2:{call.region}:{call.account}:{kind}/*"


@special("ec2", "CreateTags", "DeleteTags")
def tags(call: Call) -> Iterator[Asked]:
    """Every resource that is tagged."""
    for identifier in call.params.get("Resources") or ():
        arn, kind = ec2_arn(call, str(identifier))
        yield f"ec2:{call.operation}", arn, kind


@special("ec2", "RunInstances")
def run_instances(call: Call) -> Iterator[Asked]:
    """The instances and their volumes and interfaces, and all that they are made from."""
    action, params = "ec2:RunInstances", call.params
    yield action, _new(call, "instance"), "instance"
    yield action, _new(call, "volume"), "volume"
    interfaces = params.get("NetworkInterfaces") or []
    made = [row for row in interfaces if not row.get("NetworkInterfaceId")]
    if made or not interfaces:
        yield action, _new(call, "network-interface"), "network-interface"
    named = [params.get("ImageId"), params.get("SubnetId"), *(params.get("SecurityGroupIds") or ())]
    for row in interfaces:
        named += [row.get("NetworkInterfaceId"), row.get("SubnetId"), *(row.get("Groups") or ())]
    for mapping in params.get("BlockDeviceMappings") or ():
        named.append((mapping.get("Ebs") or {}).get("SnapshotId"))
    for identifier in dict.fromkeys(str(name) for name in named if name):
        arn, kind = ec2_arn(call, identifier)
        yield action, arn, kind
    if params.get("KeyName"):
        yield action, f"arn:aws:ec2:{call.region}:{call.account}:key-pair/{params['KeyName']}", "key-pair"
    template = params.get("LaunchTemplate") or {}
    value = template.get("LaunchTemplateId") or template.get("LaunchTemplateName")
    if value:
        yield action, str(launch_template_arn(call, value)), "launch-template"


@special("ec2", "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress")
def authorize(call: Call) -> Iterator[Asked]:
    """The group; its new rules have no id yet and are not asked about, unless tagged."""
    if call.params.get("GroupId"):
        arn, kind = ec2_arn(call, str(call.params["GroupId"]))
        yield f"ec2:{call.operation}", arn, kind


@special(
    "ec2", "DisassociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation", "DisassociateAddress",
    "DisassociateRouteTable", "DetachNetworkInterface",
)  # fmt: skip
def associated(call: Call) -> Iterator[Asked]:
    """What an association or attachment joins: the instance, address, route table or interface."""
    backend = moto.backend("ec2", call.account, call.region)
    wanted = call.params.get("AssociationId") or call.params.get("AttachmentId")
    action = f"ec2:{call.operation}"
    held = [
        *((one.association_id, one.instance_id) for one in backend.iam_instance_profile_associations.values()),
        *((one.association_id, one.allocation_id) for one in backend.addresses),
        *((key, one.id) for one in backend.route_tables.values() for key in one._associations),
        *((one.attachment_id, one.id) for one in backend.enis.values()),
    ]
    found = next((identifier for association, identifier in held if association and association == wanted), None)
    if found:
        yield action, *ec2_arn(call, str(found))
    else:
        kind = _ASSOCIATED[call.operation]
        yield action, _new(call, kind), kind


# What an association that nobody knows would be of.
_ASSOCIATED = {
    "DisassociateIamInstanceProfile": "instance",
    "ReplaceIamInstanceProfileAssociation": "instance",
    "DisassociateAddress": "elastic-ip",
    "DisassociateRouteTable": "route-table",
    "DetachNetworkInterface": "network-interface",
}


@special("securityhub", "BatchImportFindings")
def import_findings(call: Call) -> Iterator[Asked]:
    """The products that the findings are of."""
    rows = call.params.get("Findings") or ()
    for arn in dict.fromkeys(str(row.get("ProductArn")) for row in rows if row.get("ProductArn")):
        yield "securityhub:BatchImportFindings", arn, "product"


@special("iam", "GetServiceLinkedRoleDeletionStatus")
def deletion_task(call: Call) -> Iterator[Asked]:
    """The role that the task's id (`task/aws-service-role/service/role/…`) names."""
    parts = str(call.params.get("DeletionTaskId") or "").split("/")
    path = "/".join(parts[1:4]) if len(parts) > 4 else "*"
    yield "iam:GetServiceLinkedRoleDeletionStatus", f"arn:aws:iam::{call.account}:role/{path}", "role"


@special("iam", "GetAccessKeyLastUsed")
def access_key(call: Call) -> Iterator[Asked]:
    """The user whose key it is."""
    wanted = call.params.get("AccessKeyId")
    for user in moto.backend("iam", call.account, "aws").users.values():
        if any(key.access_key_id == wanted for key in user.access_keys):
            yield "iam:GetAccessKeyLastUsed", str(user.arn), "user"
            return


@special("s3", "DeleteObjects")
def delete_objects(call: Call) -> Iterator[Asked]:
    """Every object, or version of one."""
    for row in (call.params.get("Delete") or {}).get("Objects") or ():
        action = "s3:DeleteObjectVersion" if row.get("VersionId") else "s3:DeleteObject"
        yield action, f"arn:aws:s3:::{call.params['Bucket']}/{row.get('Key', '')}", "object"


@special("s3control", "GetPublicAccessBlock", "PutPublicAccessBlock", "DeletePublicAccessBlock")
def account_block(call: Call) -> Iterator[Asked]:
    """The account as a whole."""
    verb = "Get" if call.operation.startswith("Get") else "Put"
    yield f"s3:{verb}AccountPublicAccessBlock", "*", ""


@special("kms", "ReEncrypt")
def re_encrypt(call: Call) -> Iterator[Asked]:
    """From one key to another."""
    source = str(call.params.get("SourceKeyId") or key_of_ciphertext(call.params.get("CiphertextBlob") or b""))
    for action, value in (("kms:ReEncryptFrom", source), ("kms:ReEncryptTo", call.params.get("DestinationKeyId"))):
        yield action, find_key_arn(str(value), call.account, call.region) or "*", "key"


@special("kms", "Decrypt")
def decrypt(call: Call) -> Iterator[Asked]:
    """The key that the request names, else the one of the ciphertext."""
    value = str(call.params.get("KeyId") or key_of_ciphertext(call.params.get("CiphertextBlob") or b""))
    found = find_key_arn(value, call.account, call.region)
    if found:
        yield "kms:Decrypt", found, "key"


@special("events", "PutEvents")
def put_events(call: Call) -> Iterator[Asked]:
    """Every bus of the entries."""
    rows = call.params.get("Entries") or ()
    for name in dict.fromkeys(str(row.get("EventBusName") or "default") for row in rows):
        yield "events:PutEvents", _bus(call, name), "event-bus"


def _bus(call: Call, name: str) -> str:
    return name if name.startswith("arn:") else f"arn:aws:events:{call.region}:{call.account}:event-bus/{name}"


@special(
    "events", "PutRule", "DeleteRule", "PutTargets", "RemoveTargets", "EnableRule", "DisableRule", "DescribeRule",
    "ListTargetsByRule",
)  # fmt: skip
def rule(call: Call) -> Iterator[Asked]:
    """The rule on its bus."""
    name = call.params.get("Rule") or call.params.get("Name") or "*"
    bus = str(call.params.get("EventBusName") or "default").rpartition("/")[2]
    path = name if bus == "default" else f"{bus}/{name}"
    kind = "rule-on-default-event-bus" if bus == "default" else "rule-on-custom-event-bus"
    yield f"events:{call.operation}", f"arn:aws:events:{call.region}:{call.account}:rule/{path}", kind


@special("dynamodb", "TransactGetItems", "TransactWriteItems")
def transaction(call: Call) -> Iterator[Asked]:
    """Every table, with what is done in it."""
    from bastide.sandbox.authorize.actions import TRANSACTED

    for item in call.params.get("TransactItems") or ():
        for kind, row in item.items():
            if kind in TRANSACTED and isinstance(row, Mapping):
                yield TRANSACTED[kind], _table(call, row.get("TableName")), "table"


def _table(call: Call, name: Any) -> str:
    text = str(name or "*")
    return text if text.startswith("arn:") else f"arn:aws:dynamodb:{call.region}:{call.account}:table/{text}"


@special("sts", "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")
def assume(call: Call) -> Iterator[Asked]:
    """The role, for taking it and for what the session is to carry."""
    from bastide.sandbox import trust

    for action in trust.assume_actions(call):
        yield action, str(call.params.get("RoleArn")), "role"
