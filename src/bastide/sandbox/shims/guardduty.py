"""GuardDuty: detectors and their protection plans. The organization's side is in `guardduty_organization`.

moto: keeps a detector as sent, without defaults, and allows a second one.
"""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call, Store
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.organizations_services import administering
from bastide.sandbox.wire import AwsError

# Source: GuardDuty API reference, CreateDetector: a new detector has every plan but the runtime ones.
ALWAYS_ON = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
DEFAULT_FEATURES = {
    "S3_DATA_EVENTS": "ENABLED",
    "EKS_AUDIT_LOGS": "ENABLED",
    "EBS_MALWARE_PROTECTION": "ENABLED",
    "RDS_LOGIN_EVENTS": "ENABLED",
    "LAMBDA_NETWORK_LOGS": "ENABLED",
    "EKS_RUNTIME_MONITORING": "DISABLED",
    "RUNTIME_MONITORING": "DISABLED",
}
AGENTS = {
    "EKS_RUNTIME_MONITORING": ("EKS_ADDON_MANAGEMENT",),
    "RUNTIME_MONITORING": ("EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"),
}


def bad_request(message: str) -> AwsError:
    """GuardDuty's only client error."""
    return AwsError("BadRequestException", f"The request is rejected because {message}")


def make_detector(call: Call, account: str, fields: dict[str, Any]) -> str:
    """The id of a new detector in the account, with today's defaults for what `fields` does not say."""
    store, now = call.store_of(account), moto.now()
    detector_id = moto.random_hex(32)
    features = {name: _feature(name, status) for name, status in DEFAULT_FEATURES.items()}
    role = f"arn:aws:iam::{account}:role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty"
    store["detector"] = {
        "DetectorId": detector_id,
        "CreatedAt": _iso(now),
        "UpdatedAt": _iso(now),
        "FindingPublishingFrequency": fields.get("FindingPublishingFrequency", "SIX_HOURS"),
        "ServiceRole": role,
        "Status": "ENABLED" if fields.get("Enable", True) else "DISABLED",
        "Tags": dict(fields.get("Tags", {})),
        "Features": features,
    }
    set_features(store["detector"], fields)
    return detector_id


def _iso(now: Any) -> str:
    return f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z"


def _feature(name: str, status: str) -> dict[str, Any]:
    agents = [{"Name": agent, "Status": "DISABLED", "UpdatedAt": moto.now()} for agent in AGENTS.get(name, ())]
    row: dict[str, Any] = {"Name": name, "Status": status, "UpdatedAt": moto.now()}
    return row | ({"AdditionalConfiguration": agents} if agents else {})


def set_features(detector: dict[str, Any], fields: dict[str, Any]) -> None:
    """Take the plans that `fields` names, in the new form (Features) or the old one (DataSources)."""
    wanted = list(fields.get("Features", []))
    sources = fields.get("DataSources", {})
    if "S3Logs" in sources:
        wanted.append({"Name": "S3_DATA_EVENTS", "Status": status_of(sources["S3Logs"]["Enable"])})
    if "Kubernetes" in sources:
        wanted.append({"Name": "EKS_AUDIT_LOGS", "Status": status_of(sources["Kubernetes"]["AuditLogs"]["Enable"])})
    if "MalwareProtection" in sources:
        scan = sources["MalwareProtection"].get("ScanEc2InstanceWithFindings", {})
        wanted.append({"Name": "EBS_MALWARE_PROTECTION", "Status": status_of(scan.get("EbsVolumes", False))})
    for row in wanted:
        if row["Name"] not in DEFAULT_FEATURES:
            raise bad_request(f"the feature {row['Name']} is unknown.")
        feature = detector["Features"][row["Name"]]
        feature |= {"Status": row.get("Status", feature["Status"]), "UpdatedAt": moto.now()}
        statuses = {agent["Name"]: agent["Status"] for agent in row.get("AdditionalConfiguration", [])}
        for agent in feature.get("AdditionalConfiguration", []):
            agent["Status"] = statuses.get(agent["Name"], agent["Status"])


def status_of(enabled: bool) -> str:
    """How the API spells a switch."""
    return "ENABLED" if enabled else "DISABLED"


def read_detector(call: Call, account: str = "") -> dict[str, Any]:
    """The detector that the call names. Raises BadRequestException when it isn't the account's."""
    store: Store = call.store_of(account or call.account)
    detector: dict[str, Any] | None = store.get("detector")
    if detector is None or (not account and detector["DetectorId"] != call.params["DetectorId"]):
        raise bad_request("the input detectorId is not owned by the current account.")
    return detector


def render_features(detector: dict[str, Any]) -> list[dict[str, Any]]:
    """The detector's plans as the API lists them."""
    always = [{"Name": name, "Status": detector["Status"]} for name in ALWAYS_ON]
    return always + list(detector["Features"].values())


def _data_sources(detector: dict[str, Any]) -> dict[str, Any]:
    status = {name: {"Status": row["Status"]} for name, row in detector["Features"].items()}
    scan = {"EbsVolumes": status["EBS_MALWARE_PROTECTION"]}
    role = detector["ServiceRole"].replace("GuardDuty", "GuardDutyMalwareProtection")
    on = {"Status": detector["Status"]}
    return {
        "CloudTrail": on,
        "DNSLogs": on,
        "FlowLogs": on,
        "S3Logs": status["S3_DATA_EVENTS"],
        "Kubernetes": {"AuditLogs": status["EKS_AUDIT_LOGS"]},
        "MalwareProtection": {"ScanEc2InstanceWithFindings": scan, "ServiceRole": role},
    }


@shim("guardduty", "CreateDetector")
def create_detector(call: Call) -> Answer:
    """One in an account and Region."""
    if "detector" in call.store:
        raise bad_request("a detector already exists for the current account.")
    return {"DetectorId": make_detector(call, call.account, call.params)}


@shim("guardduty", "GetDetector")
def get_detector(call: Call) -> Answer:
    """With every plan, on or off."""
    detector = read_detector(call)
    shown = {key: value for key, value in detector.items() if key not in ("DetectorId", "Features", "Filters")}
    return shown | {"Features": render_features(detector), "DataSources": _data_sources(detector)}


@shim("guardduty", "ListDetectors")
def list_detectors(call: Call) -> Answer:
    """None or one."""
    return {"DetectorIds": [call.store["detector"]["DetectorId"]] if "detector" in call.store else []}


@shim("guardduty", "ListFindings")
def list_findings(call: Call) -> Answer:
    """None: nothing is detected in the sandbox, and ``CreateSampleFindings`` is not emulated."""
    read_detector(call)
    return {"FindingIds": []}


@shim("guardduty", "UpdateDetector")
def update_detector(call: Call) -> Answer:
    """What is named changes. A member may change nothing; members publish as often as their administrator."""
    detector, params = read_detector(call), call.params
    _standing_alone(call)
    if "Enable" in params:
        detector["Status"] = status_of(params["Enable"])
    if "FindingPublishingFrequency" in params:
        for one in (detector, *_detectors_of_members(call)):
            one["FindingPublishingFrequency"] = params["FindingPublishingFrequency"]
    set_features(detector, params)
    detector["UpdatedAt"] = _iso(moto.now())
    return None


def _standing_alone(call: Call) -> None:
    """Raises AwsError when the caller is a member.

    Source: GuardDuty User Guide, "Understanding the relationship between GuardDuty administrator account and member
    accounts": through AWS Organizations, a member neither enables, suspends nor disables, nor sets the frequency.
    """
    if administering(call, status="RelationshipStatus"):
        raise bad_request("a member account cannot change its detector; its administrator can.")


def _detectors_of_members(call: Call) -> list[dict[str, Any]]:
    return [call.store_of(account)["detector"] for account in call.store.get("members", {})]


@shim("guardduty", "DeleteDetector")
def delete_detector(call: Call) -> Answer:
    """With its destinations and filters; not while it administers members or is one."""
    read_detector(call)
    _standing_alone(call)
    if call.store.get("members"):
        raise bad_request("the current account cannot delete detector while it has invited or associated members.")
    for name in ("detector", "destinations", "filters"):
        call.store.pop(name, None)
    return None


# ── publishing destinations ─────────────────────────────────────────────────────────────────────────────────────────


@shim("guardduty", "CreatePublishingDestination")
def create_publishing_destination(call: Call) -> Answer:
    """One, encrypted with a KMS key. Source: GuardDuty User Guide, "Exporting findings"."""
    read_detector(call)
    properties = call.params["DestinationProperties"]
    if not properties.get("KmsKeyArn") or not properties.get("DestinationArn"):
        raise bad_request("the destination needs a bucket ARN and a KMS key ARN.")
    destinations = call.store.setdefault("destinations", {})
    if destinations:
        raise bad_request("a publishing destination of this type already exists.")
    destination_id = moto.random_hex(32)
    destinations[destination_id] = {
        "DestinationId": destination_id,
        "DestinationType": call.params["DestinationType"],
        "Status": "PUBLISHING",
        "PublishingFailureStartTimestamp": 0,
        "DestinationProperties": properties,
        "Tags": call.params.get("Tags", {}),
    }
    return {"DestinationId": destination_id}


def _read_destination(call: Call) -> dict[str, Any]:
    read_detector(call)
    found: dict[str, Any] | None = call.store.get("destinations", {}).get(call.params["DestinationId"])
    if found is None:
        raise bad_request("one or more input parameters have invalid values.")
    return found


@shim("guardduty", "DescribePublishingDestination")
def describe_publishing_destination(call: Call) -> Answer:
    """As created."""
    return dict(_read_destination(call))


@shim("guardduty", "ListPublishingDestinations")
def list_publishing_destinations(call: Call) -> Answer:
    """Id, type and status of each."""
    read_detector(call)
    names = ("DestinationId", "DestinationType", "Status")
    rows = [{name: row[name] for name in names} for row in call.store.get("destinations", {}).values()]
    return {"Destinations": rows}


@shim("guardduty", "UpdatePublishingDestination")
def update_publishing_destination(call: Call) -> Answer:
    """Bucket and key."""
    _read_destination(call)["DestinationProperties"] |= call.params.get("DestinationProperties", {})
    return None


@shim("guardduty", "DeletePublishingDestination")
def delete_publishing_destination(call: Call) -> Answer:
    """Gone at once."""
    del call.store["destinations"][_read_destination(call)["DestinationId"]]
    return None


# ── filters, tags, findings ─────────────────────────────────────────────────────────────────────────────────────────


@shim("guardduty", "CreateFilter", "UpdateFilter")
def put_filter(call: Call) -> Answer:
    """moto: keeps filters in its own detectors, which are not used."""
    detector, params = read_detector(call), call.params
    filters = detector.setdefault("Filters", {})
    name = params.get("Name") or params.get("FilterName")
    if call.operation == "UpdateFilter" and name not in filters:
        raise bad_request("the filter does not exist.")
    defaults: dict[str, Any] = {"Name": name, "Action": "NOOP", "Rank": 1, "Tags": {}}
    named = {key: params[key] for key in ("Action", "Description", "FindingCriteria", "Rank", "Tags") if key in params}
    filters[name] = filters.get(name, defaults) | named
    return {"Name": name}


@shim("guardduty", "GetFilter")
def get_filter(call: Call) -> Answer:
    """As put."""
    found = read_detector(call).get("Filters", {}).get(call.params["FilterName"])
    if found is None:
        raise bad_request("the filter does not exist.")
    return dict(found)


@shim("guardduty", "ListFilters")
def list_filters(call: Call) -> Answer:
    """Their names."""
    return {"FilterNames": sorted(read_detector(call).get("Filters", {}))}


@shim("guardduty", "DeleteFilter")
def delete_filter(call: Call) -> Answer:
    """Gone, also if it never was."""
    read_detector(call).get("Filters", {}).pop(call.params["FilterName"], None)
    return None


@shim("guardduty", "TagResource", "UntagResource", "ListTagsForResource")
def detector_tags(call: Call) -> Answer:
    """Tags of a detector."""
    detector = call.store.get("detector")
    if detector is None or not call.params["ResourceArn"].endswith(f"detector/{detector['DetectorId']}"):
        raise bad_request("the resource does not exist.")
    if call.operation == "TagResource":
        detector["Tags"] |= call.params["Tags"]
    for key in call.params.get("TagKeys", []):
        detector["Tags"].pop(key, None)
    return {"Tags": detector["Tags"]} if call.operation == "ListTagsForResource" else None
