"""EC2: what a launch and a volume inherit from the account's settings. moto: nothing."""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.wire import AwsError

# What RunInstances takes from a launch template when the request is silent. moto: takes only some.
_FROM_TEMPLATE = ("ImageId", "InstanceType", "KeyName", "MetadataOptions", "IamInstanceProfile", "NetworkInterfaces",
                  "Monitoring", "EbsOptimized", "UserData", "Placement", "BlockDeviceMappings")  # fmt: skip

GATEWAYS = ("igw-", "vgw-", "vpce-", "lgw-", "cagw-", "local")


@shim("ec2", "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress")
def authorize_rules(call: Call) -> Answer:
    """TCP and UDP want both ports. moto: falls over. Source: EC2 API Reference, IpPermission."""
    for rule in call.params.get("IpPermissions") or ():
        protocol = str(rule.get("IpProtocol", "")).lower()
        if protocol in ("tcp", "udp", "6", "17") and None in (rule.get("FromPort"), rule.get("ToPort")):
            text = "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange."
            raise AwsError("InvalidParameterValue", text)
    return call.forward()


@shim("ec2", "CreateRoute")
def create_route(call: Call) -> Answer:
    """To a gateway that can be one. moto: takes any text. Source: EC2 API Reference, CreateRoute, GatewayId."""
    gateway = call.params.get("GatewayId")
    if gateway and not str(gateway).startswith(GATEWAYS):
        raise AwsError("InvalidGatewayID.NotFound", f"The gateway ID '{gateway}' does not exist")
    return call.forward()


@shim("ec2", "RunInstances")
def run_instances(call: Call) -> Answer:
    """Metadata options: request, then launch template, then the account's defaults. Volumes: encrypted by default.

    Source: EC2 User Guide, "Order of precedence for instance metadata options".
    """
    params = dict(call.params)
    template = _template_data(call, params.get("LaunchTemplate"))
    for name in _FROM_TEMPLATE:
        if name in template and name not in params:
            params[name] = template[name]
    defaults = {
        key: value for key, value in call.store.get("metadata_defaults", {}).items() if key != "HttpTokensEnforced"
    }
    options = defaults | template.get("MetadataOptions", {}) | call.params.get("MetadataOptions", {})
    if options:
        params["MetadataOptions"] = options
    interfaces = params.get("NetworkInterfaces") or ()
    if len(interfaces) > 1:
        # No address of its own accord. Source: EC2 User Guide, "Public IPv4 addresses". moto: as the subnet says.
        params["NetworkInterfaces"] = [{**one, "AssociatePublicIpAddress": False} for one in interfaces]
    response = call.forward(params)
    for instance in call.result(response)["Instances"]:
        _encrypt_volumes(call, instance["InstanceId"])
    return response


def _template_data(call: Call, named: dict[str, Any] | None) -> dict[str, Any]:
    if not named:
        return {}
    wanted = {key: named[key] for key in ("LaunchTemplateId", "LaunchTemplateName") if key in named}
    versions = {"Versions": [str(named.get("Version", "$Default"))]}
    found = call.invoke("DescribeLaunchTemplateVersions", wanted | versions)["LaunchTemplateVersions"]
    return dict(found[0]["LaunchTemplateData"]) if found else {}


def _encrypt_volumes(call: Call, instance_id: str) -> None:
    backend = moto.backend("ec2", call.account, call.region)
    if not backend.ebs_encryption_by_default:
        return
    key = _default_key(backend)
    for device in backend.get_instance(instance_id).block_device_mapping.values():
        volume = backend.volumes[device.volume_id]
        volume.kms_key_id = volume.kms_key_id if volume.encrypted else key
        volume.encrypted = True


def _default_key(backend: Any) -> str:
    return str(backend.default_kms_key_id or backend._create_default_encryption_key())


@shim("ec2", "CreateVolume", "CopySnapshot")
def create_encrypted(call: Call) -> Answer:
    """Encrypted when the account says so, whatever the request says."""
    backend = moto.backend("ec2", call.account, call.region)
    if not backend.ebs_encryption_by_default or call.params.get("Encrypted"):
        return call.forward()
    params = dict(call.params) | {"Encrypted": True}
    params.setdefault("KmsKeyId", _default_key(backend))
    return call.forward(params)


@shim("ec2", "ModifyInstanceMetadataOptions")
def modify_instance_metadata_options(call: Call) -> Answer:
    """What the request does not name stays. moto: sets it back to its default."""
    backend = moto.backend("ec2", call.account, call.region)
    now = backend.get_instance(call.params["InstanceId"]).metadata_options
    current = {
        "HttpTokens": now.http_tokens,
        "HttpPutResponseHopLimit": now.http_put_response_hop_limit,
        "HttpEndpoint": now.http_endpoint,
        "HttpProtocolIpv6": now.http_protocol_ipv6,
        "InstanceMetadataTags": now.instance_metadata_tags,
    }
    return call.forward(current | call.params)


@shim("ec2", "DeleteVpc")
def delete_vpc(call: Call) -> Answer:
    """Its network ACLs go with it. moto: leaves them behind."""
    response = call.forward()
    acls = moto.backend("ec2", call.account, call.region).network_acls
    for acl_id in [key for key, acl in acls.items() if acl.vpc_id == call.params["VpcId"]]:
        del acls[acl_id]
    return response


@shim("ec2", "DeleteSubnet")
def delete_subnet(call: Call) -> Answer:
    """Its association with a network ACL goes with it. moto: leaves it behind."""
    response = call.forward()
    for acl in moto.backend("ec2", call.account, call.region).network_acls.values():
        acl._associations = {
            key: row for key, row in acl._associations.items() if row.subnet_id != call.params["SubnetId"]
        }
    return response
