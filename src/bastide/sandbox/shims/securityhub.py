"""Security Hub (CSPM): the hub of an account and Region, and the standards that it judges by. moto: has a bare hub."""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.organizations_services import administering
from bastide.sandbox.wire import AwsError

# Standard → (title, on by default). Source: Security Hub User Guide, "Standards reference".
STANDARDS = {
    "standards/aws-foundational-security-best-practices/v/1.0.0": (
        "AWS Foundational Security Best Practices v1.0.0",
        True,
    ),
    "ruleset/cis-aws-foundations-benchmark/v/1.2.0": ("CIS AWS Foundations Benchmark v1.2.0", True),
    "standards/cis-aws-foundations-benchmark/v/1.4.0": ("CIS AWS Foundations Benchmark v1.4.0", False),
    "standards/cis-aws-foundations-benchmark/v/3.0.0": ("CIS AWS Foundations Benchmark v3.0.0", False),
    "standards/cis-aws-foundations-benchmark/v/5.0.0": ("CIS AWS Foundations Benchmark v5.0.0", False),
    "standards/nist-800-53/v/5.0.0": ("NIST Special Publication 800-53 Revision 5", False),
    "standards/nist-800-171/v/2.0.0": ("NIST Special Publication 800-171 Revision 2", False),
    "standards/pci-dss/v/3.2.1": ("PCI DSS v3.2.1", False),
    "standards/pci-dss/v/4.0.1": ("PCI DSS v4.0.1", False),
    "standards/aws-resource-tagging-standard/v/1.0.0": ("AWS Resource Tagging Standard v1.0.0", False),
}


def standard_arn(region: str, name: str) -> str:
    """CIS 1.2.0 is the only one without a Region."""
    return f"arn:aws:securityhub:{'' if name.startswith('ruleset/') else region}::{name}"


def read_hub(call: Call) -> dict[str, Any]:
    """The account's hub in this Region. Raises InvalidAccessException when there is none."""
    hub: dict[str, Any] | None = call.store.get("hub")
    if hub is None:
        text = f"Account {call.account} is not subscribed to AWS Security Hub"
        raise AwsError("InvalidAccessException", text, 401)
    return hub


def make_hub(call: Call, account: str, fields: dict[str, Any], standards: bool) -> None:
    """Enable Security Hub in the account, with the default standards or without."""
    now = moto.now()
    call.store_of(account)["hub"] = {
        "HubArn": f"arn:aws:securityhub:{call.region}:{account}:hub/default",
        "SubscribedAt": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z",
        "AutoEnableControls": True,
        "ControlFindingGenerator": fields.get("ControlFindingGenerator", "SECURITY_CONTROL"),
    }
    call.store_of(account)["tags"] = dict(fields.get("Tags", {}))
    for name, (_, default) in STANDARDS.items():
        if standards and default:
            _subscribe(call, account, standard_arn(call.region, name))


@shim("securityhub", "EnableSecurityHub")
def enable_security_hub(call: Call) -> Answer:
    """With the default standards unless told otherwise."""
    if "hub" in call.store:
        raise AwsError("ResourceConflictException", "Account is already subscribed to Security Hub", 409)
    make_hub(call, call.account, call.params, call.params.get("EnableDefaultStandards", True))
    return None


@shim("securityhub", "DisableSecurityHub")
def disable_security_hub(call: Call) -> Answer:
    """With its subscriptions and aggregator; not in an administrator, nor in a member.

    Source: Security Hub API reference, DisableSecurityHub; Security Hub User Guide, "Disabling Security Hub CSPM".
    """
    read_hub(call)
    if call.organization_store.get(call.region) == call.account or _administrator(call):
        text = f"Account {call.account} is an administrator or a member of the organization's Security Hub"
        raise AwsError("InvalidAccessException", text, 401)
    for name in ("hub", "subscriptions", "aggregator", "tags"):
        call.store.pop(name, None)
    return None


@shim("securityhub", "DescribeHub")
def describe_hub(call: Call) -> Answer:
    """The hub as it is now."""
    return dict(read_hub(call))


@shim("securityhub", "UpdateSecurityHubConfiguration")
def update_security_hub_configuration(call: Call) -> Answer:
    """What is named changes. ControlFindingGenerator is the administrator's, for all members.

    Source: Security Hub API reference, UpdateSecurityHubConfiguration.
    """
    hub, params = read_hub(call), call.params
    generator = {name: value for name, value in params.items() if name == "ControlFindingGenerator"}
    if generator and _administrator(call):
        raise AwsError("InvalidInputException", "ControlFindingGenerator is set by the administrator account")
    hub.update(params)
    for account, row in call.store.get("members", {}).items():
        if row["MemberStatus"] == "Enabled":
            call.store_of(account)["hub"].update(generator)
    return None


def _administrator(call: Call) -> str:
    return administering(call, status="MemberStatus")


@shim("securityhub", "TagResource", "UntagResource", "ListTagsForResource")
def hub_tags(call: Call) -> Answer:
    """Tags of the hub."""
    read_hub(call)
    tags = call.store["tags"]
    if call.operation == "TagResource":
        tags |= call.params["Tags"]
    for key in call.params.get("TagKeys", []):
        tags.pop(key, None)
    return {"Tags": tags} if call.operation == "ListTagsForResource" else None


@shim("securityhub", "DescribeStandards")
def describe_standards(call: Call) -> Answer:
    """All that can be enabled."""
    read_hub(call)
    managed = {"Company": "AWS", "Product": "Security Hub"}
    rows = [
        {
            "StandardsArn": standard_arn(call.region, name),
            "Name": title,
            "Description": title,
            "EnabledByDefault": default,
            "StandardsManagedBy": managed,
        }
        for name, (title, default) in STANDARDS.items()
    ]
    return {"Standards": rows}


def _subscribe(call: Call, account: str, arn: str, given: dict[str, str] | None = None) -> dict[str, Any]:
    name = arn.split(":", 5)[5].split("/", 1)[1]
    subscription = f"arn:aws:securityhub:{call.region}:{account}:subscription/{name}"
    row = {
        "StandardsSubscriptionArn": subscription,
        "StandardsArn": arn,
        "StandardsInput": given or {},
        "StandardsStatus": "READY",
        "StandardsControlsUpdatable": "READY_FOR_UPDATES",
    }
    call.store_of(account).setdefault("subscriptions", {})[subscription] = row
    return row


@shim("securityhub", "BatchEnableStandards")
def batch_enable_standards(call: Call) -> Answer:
    """Ready at once (on AWS pending for minutes)."""
    read_hub(call)
    known = {standard_arn(call.region, name) for name in STANDARDS}
    requests = call.params["StandardsSubscriptionRequests"]
    for row in requests:
        if row["StandardsArn"] not in known:
            raise AwsError("InvalidInputException", f"Invalid standards ARN: {row['StandardsArn']}")
    made = [_subscribe(call, call.account, row["StandardsArn"], row.get("StandardsInput")) for row in requests]
    return {"StandardsSubscriptions": made}


@shim("securityhub", "BatchDisableStandards")
def batch_disable_standards(call: Call) -> Answer:
    """Gone at once."""
    read_hub(call)
    subscriptions = call.store.get("subscriptions", {})
    gone = [subscriptions.pop(arn, None) for arn in call.params["StandardsSubscriptionArns"]]
    return {"StandardsSubscriptions": [row | {"StandardsStatus": "DELETING"} for row in gone if row]}


@shim("securityhub", "GetEnabledStandards")
def get_enabled_standards(call: Call) -> Answer:
    """The subscriptions, or those asked for."""
    read_hub(call)
    wanted = call.params.get("StandardsSubscriptionArns")
    rows = call.store.get("subscriptions", {}).values()
    return {"StandardsSubscriptions": [row for row in rows if not wanted or row["StandardsSubscriptionArn"] in wanted]}
