"""Security Hub (CSPM): the hub, standards, the finding aggregator, members and central configuration.

moto: has a hub and findings only. Findings stay moto's (its filters are ignored).
"""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, on_join, shim
from bastide.sandbox.shims.organizations import management_account
from bastide.sandbox.shims.organizations_services import (
    administering,
    appoint,
    dismiss,
    members,
    require_administrator,
)
from bastide.sandbox.wire import AwsError

PRINCIPAL = "securityhub.amazonaws.com"
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


# ── standards ───────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── finding aggregator ──────────────────────────────────────────────────────────────────────────────────────────────


@shim("securityhub", "CreateFindingAggregator")
def create_finding_aggregator(call: Call) -> Answer:
    """One in an account, in its home Region."""
    read_hub(call)
    if "aggregator" in call.account_store:
        raise AwsError("ResourceConflictException", "A finding aggregator already exists in this account", 409)
    arn = f"arn:aws:securityhub:{call.region}:{call.account}:finding-aggregator/{moto.random_uuid()}"
    call.account_store["aggregator"] = {"FindingAggregatorArn": arn, "FindingAggregationRegion": call.region}
    return _link(call)


def _link(call: Call) -> dict[str, Any]:
    aggregator: dict[str, Any] = call.account_store["aggregator"]
    aggregator |= {
        "RegionLinkingMode": call.params["RegionLinkingMode"],
        "Regions": call.params.get("Regions", []),
    }
    return aggregator


def _read_aggregator(call: Call) -> dict[str, Any]:
    found: dict[str, Any] | None = call.account_store.get("aggregator")
    if found is None or found["FindingAggregatorArn"] != call.params["FindingAggregatorArn"]:
        raise AwsError("ResourceNotFoundException", "Finding aggregator not found", 404)
    return found


@shim("securityhub", "GetFindingAggregator")
def get_finding_aggregator(call: Call) -> Answer:
    """As created."""
    return _read_aggregator(call)


@shim("securityhub", "UpdateFindingAggregator")
def update_finding_aggregator(call: Call) -> Answer:
    """Linked Regions only."""
    _read_aggregator(call)
    return _link(call)


@shim("securityhub", "DeleteFindingAggregator")
def delete_finding_aggregator(call: Call) -> Answer:
    """Gone at once."""
    _read_aggregator(call)
    del call.account_store["aggregator"]
    return None


@shim("securityhub", "ListFindingAggregators")
def list_finding_aggregators(call: Call) -> Answer:
    """None or one, from any linked Region."""
    read_hub(call)
    found = call.account_store.get("aggregator")
    return {"FindingAggregators": [{"FindingAggregatorArn": found["FindingAggregatorArn"]}] if found else []}


# ── organization ────────────────────────────────────────────────────────────────────────────────────────────────────


@shim("securityhub", "EnableOrganizationAdminAccount")
def enable_organization_admin_account(call: Call) -> Answer:
    """Per Region; enables the administrator's hub there."""
    account = call.params["AdminAccountId"]
    taken = AwsError("ResourceConflictException", "Another account is already the delegated administrator", 409)
    appoint(call, PRINCIPAL, account, taken)
    if "hub" not in call.store_of(account):
        make_hub(call, account, {}, standards=True)
    return {"AdminAccountId": account}


@shim("securityhub", "DisableOrganizationAdminAccount")
def disable_organization_admin_account(call: Call) -> Answer:
    """In this Region; the delegation ends with the last one."""
    account = call.params["AdminAccountId"]
    other = AwsError("InvalidInputException", "The account is not the delegated administrator")
    dismiss(call, PRINCIPAL, account, other)
    return None


@shim("securityhub", "ListOrganizationAdminAccounts")
def list_organization_admin_accounts(call: Call) -> Answer:
    """None or one."""
    account = call.organization_store.get(call.region)
    return {"AdminAccounts": [{"AccountId": account, "Status": "ENABLED"}] if account else [], "Feature": "SecurityHub"}


def _configuration(call: Call) -> dict[str, Any]:
    read_hub(call)
    require_administrator(call, PRINCIPAL)
    found: dict[str, Any] = call.store.setdefault(
        "organization",
        {
            "AutoEnable": False,
            "AutoEnableStandards": "DEFAULT",
            "OrganizationConfiguration": {"ConfigurationType": "LOCAL", "Status": "ENABLED"},
        },
    )
    return found


@shim("securityhub", "DescribeOrganizationConfiguration")
def describe_organization_configuration(call: Call) -> Answer:
    """Local configuration at first."""
    return _configuration(call) | {"MemberAccountLimitReached": False}


@shim("securityhub", "UpdateOrganizationConfiguration")
def update_organization_configuration(call: Call) -> Answer:
    """Central configuration needs an aggregator and turns auto-enable off.

    Source: Security Hub API reference, UpdateOrganizationConfiguration.
    """
    configuration, params = _configuration(call), call.params
    kind = params.get("OrganizationConfiguration", {}).get("ConfigurationType")
    if kind == "CENTRAL":
        if "aggregator" not in call.account_store:
            raise AwsError("InvalidInputException", "Central configuration needs a finding aggregator in this Region")
        if params.get("AutoEnable") or params.get("AutoEnableStandards") == "DEFAULT":
            raise AwsError("InvalidInputException", "AutoEnable must be off with central configuration")
    configuration["AutoEnable"] = bool(params.get("AutoEnable"))
    configuration["AutoEnableStandards"] = params.get("AutoEnableStandards", configuration["AutoEnableStandards"])
    if kind:
        configuration["OrganizationConfiguration"] = {"ConfigurationType": kind, "Status": "ENABLED"}
    return None


def enrol(call: Call, admin: str, member: dict[str, str]) -> None:
    """Make the account a member and enable its hub in the call's Region."""
    if "hub" not in call.store_of(member["Id"]):
        configuration = call.store_of(admin).get("organization", {})
        make_hub(call, member["Id"], {}, configuration.get("AutoEnableStandards", "DEFAULT") == "DEFAULT")
    generator = call.store_of(admin)["hub"]["ControlFindingGenerator"]
    call.store_of(member["Id"])["hub"]["ControlFindingGenerator"] = generator
    now = moto.now()
    call.store_of(admin).setdefault("members", {})[member["Id"]] = {
        "AccountId": member["Id"],
        "Email": member["Email"],
        "MasterId": admin,
        "AdministratorId": admin,
        "MemberStatus": "Enabled",
        "InvitedAt": now,
        "UpdatedAt": now,
    }


@on_join("securityhub")
def enrol_new_account(call: Call, account: str) -> None:
    """What AutoEnable does in every Region with a delegated administrator."""
    member = next(found for found in members(call) if found["Id"] == account)
    for region, admin in sorted(call.front.store("securityhub", "", "").items()):
        if call.front.store("securityhub", admin, region).get("organization", {}).get("AutoEnable"):
            enrol(call.as_service("securityhub", admin, region), admin, member)


@shim("securityhub", "CreateMembers")
def create_members(call: Call) -> Answer:
    """Accounts of the organization; Security Hub is enabled in them, save in the management account."""
    _configuration(call)
    known = {member["Id"]: member for member in members(call)}
    if "hub" not in call.store_of(management_account(call)):
        del known[management_account(call)]
    asked = [row["AccountId"] for row in call.params["AccountDetails"]]
    for account in asked:
        if account in known:
            enrol(call, call.account, known[account])
    return {"UnprocessedAccounts": _unprocessed(known, asked)}


def _unprocessed(known: dict[str, Any], asked: list[str]) -> list[dict[str, str]]:
    text = "The account is not known here"
    return [{"AccountId": account, "ProcessingResult": text} for account in asked if account not in known]


@shim("securityhub", "ListMembers")
def list_members(call: Call) -> Answer:
    """By default the associated ones."""
    read_hub(call)
    everyone = call.params.get("OnlyAssociated") is False
    rows = call.store.get("members", {}).values()
    return {"Members": [row for row in rows if everyone or row["MemberStatus"] == "Enabled"]}


@shim("securityhub", "GetMembers")
def get_members(call: Call) -> Answer:
    """The members asked for, and those that are none."""
    read_hub(call)
    known, asked = call.store.get("members", {}), call.params["AccountIds"]
    rows = [known[account] for account in asked if account in known]
    return {"Members": rows, "UnprocessedAccounts": _unprocessed(known, asked)}


@shim("securityhub", "DisassociateMembers", "DeleteMembers")
def drop_members(call: Call) -> Answer:
    """Their hubs stay."""
    read_hub(call)
    known, asked = call.store.get("members", {}), call.params["AccountIds"]
    unprocessed = _unprocessed(known, asked)
    for account in set(asked) & set(known):
        if call.operation == "DeleteMembers":
            del known[account]
        else:
            known[account]["MemberStatus"] = "Removed"
    return {"UnprocessedAccounts": unprocessed} if call.operation == "DeleteMembers" else None


@shim("securityhub", "GetAdministratorAccount", "GetMasterAccount")
def get_administrator_account(call: Call) -> Answer:
    """The administrator of a member; nothing for others."""
    read_hub(call)
    admin = call.organization_store.get(call.region, "")
    member = call.store_of(admin).get("members", {}).get(call.account)
    if member is None:
        return {}
    row = {"AccountId": admin, "MemberStatus": member["MemberStatus"], "InvitedAt": member["InvitedAt"]}
    return {"Administrator" if call.operation == "GetAdministratorAccount" else "Master": row}
