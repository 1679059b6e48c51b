"""Resources of Terraform that are several in CloudFormation, or carry what CloudFormation has as a resource of its own.

The one idea: each expansion gives pairs of a table's name and values in Terraform's notation, so that the tables say
the rest. The first pair is the resource itself where it stays one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bastide.declare.shaping.converters import many, truth
from bastide.declare.terraform.converters import members
from bastide.model import Unknown, Value

Values = Mapping[str, Value]
Pairs = Iterator[tuple[str, Values]]
INGRESS, EGRESS = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"
TARGETS = (("vpc_id", "VPC"), ("subnet_id", "Subnet"), ("eni_id", "NetworkInterface"),
           ("transit_gateway_id", "TransitGateway"),
           ("transit_gateway_attachment_id", "TransitGatewayAttachment"))  # fmt: skip
ROUTED = {"cidr_block": "destination_cidr_block", "ipv6_cidr_block": "destination_ipv6_cidr_block"}
SOURCES = (("kinesis_source_configuration", "KinesisStreamAsSource"), ("msk_source_configuration", "MSKAsSource"))
SETTINGS = {"/ssm/automation/customer-script-log-destination": "log_destination",
            "/ssm/documents/console/public-sharing-permission": "public_sharing"}  # fmt: skip
TUNNEL = (("phase1_encryption_algorithms", "Phase1EncryptionAlgorithms"), ("startup_action", "StartupAction"),
          ("ike_versions", "IKEVersions"), ("dpd_timeout_action", "DPDTimeoutAction"))  # fmt: skip


def beside(name: str, values: Values, me: str, other: str, value: str, owner: str) -> Pairs:
    """The resource, and its policy (or the like) as a resource that names it by ``owner``."""
    yield name, {key: one for key, one in values.items() if key != value}
    found = values.get(value)
    if isinstance(found, Unknown) or found not in (None, ""):
        yield other, {owner: me, value: found}


def rules(_name: str, values: Values, _me: str) -> Pairs:
    """A rule of a security group: one for each source."""
    table = EGRESS if values.get("type") == "egress" else INGRESS
    renamed = {"protocol": "ip_protocol"}
    kept = ("security_group_id", "from_port", "to_port", "protocol", "description")
    shared: dict[str, Value] = {renamed.get(key, key): values.get(key) for key in kept}
    plain = {**values}
    if "source_security_group_id" in values:
        plain["security_groups"] = values["source_security_group_id"]
    for single, _, one in members(plain):
        # `self` names the group itself.
        yield table, {**shared, single: values.get("security_group_id") if one == "self" else one}


def entries(name: str, values: Values, me: str) -> Pairs:
    """A network ACL and the rules written inside it."""
    yield name, {key: one for key, one in values.items() if key not in ("ingress", "egress")}
    for side in ("ingress", "egress"):
        blocks = values.get(side)
        for block in many(blocks):
            row: dict[str, Value] = {"network_acl_id": me, "egress": side == "egress"}
            if isinstance(block, Mapping):
                row |= {"rule_number": block.get("rule_no"), "rule_action": block.get("action")}
                row |= {key: one for key, one in block.items() if key not in ("rule_no", "action")}
            else:
                row["rule_number"] = block if isinstance(block, Unknown) else Unknown("not a rule")
            yield "aws_network_acl_rule", row


def routes(name: str, values: Values, me: str) -> Pairs:
    """A route table and the routes written inside it."""
    yield name, {key: one for key, one in values.items() if key != "route"}
    for block in many(values.get("route")):
        if isinstance(block, Mapping):
            row: dict[str, Value] = {ROUTED.get(str(key), str(key)): one for key, one in block.items()}
            yield "aws_route", {**row, "route_table_id": me}


def flow_log(name: str, values: Values, _me: str) -> Pairs:
    """A flow log with the kind of what it watches."""
    target = next(((key, kind) for key, kind in TARGETS if values.get(key) not in (None, "")), None)
    kept = {key: one for key, one in values.items() if key not in dict(TARGETS)}
    yield name, {**kept, **({"resource_id": values[target[0]], "resource_type": target[1]} if target else {})}


def tunnels(name: str, values: Values, _me: str) -> Pairs:
    """A VPN connection with its tunnels' options."""
    options: list[Value] = []
    for number in ("tunnel1_", "tunnel2_"):
        found = {
            target: _valued(values[number + key]) for key, target in TUNNEL if values.get(number + key) is not None
        }
        log = next(iter(many(values.get(f"{number}log_options"))), None)
        cloud = next(iter(many(log.get("cloudwatch_log_options"))), None) if isinstance(log, Mapping) else log
        if isinstance(cloud, Mapping):
            found["LogOptions"] = {"CloudwatchLogOptions": {
                "LogEnabled": cloud.get("log_enabled"), "LogGroupArn": cloud.get("log_group_arn"),
            }}  # fmt: skip
        elif isinstance(cloud, Unknown):
            found["LogOptions"] = cloud
        options.append(found)
    yield name, {**values, "vpn_tunnel_options_specifications": options if any(options) else None}


def _valued(value: Value) -> Value:
    """A list as CloudFormation has it for tunnels: each item under Value."""
    return [{"Value": one} for one in value] if isinstance(value, list) else value


def gateway(name: str, values: Values, me: str) -> Pairs:
    """An internet gateway, and its attachment to a VPC."""
    yield name, {key: one for key, one in values.items() if key != "vpc_id"}
    vpc = values.get("vpc_id")
    if isinstance(vpc, Unknown) or vpc not in (None, ""):
        yield "aws_internet_gateway_attachment", {"internet_gateway_id": me, "vpc_id": vpc}


def holders(_name: str, values: Values, _me: str) -> Pairs:
    """An attachment of one managed policy to several holders: one for each."""
    for plural, single in (("roles", "role"), ("users", "user"), ("groups", "group")):
        for one in many(values.get(plural)):
            yield f"aws_iam_{single}_policy_attachment", {single: one, "policy_arn": values.get("policy_arn")}


def firehose(name: str, values: Values, _me: str) -> Pairs:
    """A delivery stream; encryption that is written but off is left out."""
    block = next(iter(many(values.get("server_side_encryption"))), None)
    on = isinstance(block, Unknown) or (isinstance(block, Mapping) and (
        isinstance(block.get("enabled"), Unknown) or truth(block.get("enabled"))
    ))  # fmt: skip
    source = next((kind for block, kind in SOURCES if values.get(block) not in (None, [])), "DirectPut")
    kept = {**values, "delivery_stream_type": source}
    yield name, kept if on else {**kept, "server_side_encryption": None}


def inspector(name: str, values: Values, _me: str) -> Pairs:
    """What Inspector scans, as a switch for each resource type."""
    types = values.get("resource_types")
    if isinstance(types, Unknown):
        yield name, dict.fromkeys(("ec2", "ecr", "lambda", "lambda_code"), types)
    else:
        yield name, {kind.lower(): kind in many(types) for kind in ("EC2", "ECR", "LAMBDA", "LAMBDA_CODE")}


def service_setting(name: str, values: Values, _me: str) -> Pairs:
    """A setting of Systems Manager under its own name; the id is that of the setting, or an ARN that ends with it."""
    said = values.get("setting_id")
    found = next((key for path, key in SETTINGS.items() if isinstance(said, str) and said.endswith(path)), None)
    if found:
        yield name, {found: values.get("setting_value")}


def method_path(name: str, values: Values, _me: str) -> Pairs:
    """Settings of methods with the path (``*/*``) in its two parts."""
    path = values.get("method_path")
    if isinstance(path, str):
        resource, _, method = path.rpartition("/")
        values = {**values, "resource_path": f"/{resource.lstrip('/')}", "http_method": method}
    yield name, {key: one for key, one in values.items() if key != "method_path"}


def negotiation(_name: str, values: Values, _me: str) -> Pairs:
    """A TLS policy of a Classic Load Balancer, and the listener that has it."""
    balancer, name = values.get("load_balancer"), values.get("name")
    yield "aws_load_balancer_policy", {
        "load_balancer_name": balancer, "policy_name": name, "policy_type_name": "SSLNegotiationPolicyType",
        "policy_attribute": values.get("attribute"),
    }  # fmt: skip
    yield "aws_load_balancer_listener_policy", {
        "load_balancer_name": balancer, "load_balancer_port": values.get("lb_port"), "policy_names": [name],
    }  # fmt: skip


def portfolio_share(name: str, values: Values, _me: str) -> Pairs:
    """A share of a portfolio with an account; one with the organization or a part of it is no such share."""
    kind = values.get("type")
    if isinstance(kind, Unknown) or kind == "ACCOUNT":
        yield name, {**values, "principal_id": kind if isinstance(kind, Unknown) else values.get("principal_id")}


EXPANSIONS: Mapping[str, Callable[..., Pairs]] = {
    one.__name__: one
    for one in (
        beside,
        rules,
        entries,
        routes,
        gateway,
        flow_log,
        tunnels,
        holders,
        firehose,
        inspector,
        method_path,
        negotiation,
        service_setting,
        portfolio_share,
    )
}
