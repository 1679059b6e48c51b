"""Security Hub: findings are imported, found by filters, and worked on. moto: keeps them and ignores every filter.

One idea: a finding belongs to the account and Region that it was imported in; the administrator sees those of its
members, the aggregation Region those of the linked ones.
Source: Security Hub API Reference, GetFindings, AwsSecurityFindingFilters, BatchImportFindings, BatchUpdateFindings;
Security Hub User Guide, "AWS Security Finding Format (ASFF)".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.organizations_services import administering
from bastide.sandbox.shims.securityhub import read_hub
from bastide.sandbox.wire import AwsError

Finding = dict[str, Any]
MOST = 100
_REQUIRED = (
    "AwsAccountId", "CreatedAt", "Description", "GeneratorId", "Id", "ProductArn", "Resources", "SchemaVersion",
    "Severity", "Title", "UpdatedAt",
)  # fmt: skip
# What belongs to whoever works on the finding: a later import of the same one does not change it.
_WORKED_ON = ("Note", "UserDefinedFields", "VerificationState", "Workflow")
_UPDATED = (
    "Confidence", "Criticality", "Note", "RelatedFindings", "Types", "UserDefinedFields", "VerificationState",
)  # fmt: skip
# Source: ASFF, "Severity": least normalized value of each label, from the highest.
_LABELS = (("CRITICAL", 90), ("HIGH", 70), ("MEDIUM", 40), ("LOW", 1), ("INFORMATIONAL", 0))
# Filter → where it looks in a finding, where the names differ.
_PATHS = {
    "ComplianceStatus": "Compliance.Status",
    "ComplianceSecurityControlId": "Compliance.SecurityControlId",
    "ComplianceAssociatedStandardsId": "Compliance.AssociatedStandards.StandardsId",
    "FindingProviderFieldsSeverityLabel": "FindingProviderFields.Severity.Label",
    "FindingProviderFieldsTypes": "FindingProviderFields.Types",
    "NetworkDestinationDomain": "Network.DestinationDomain",
    "NetworkDestinationIpV4": "Network.DestinationIpV4",
    "NetworkDestinationPort": "Network.DestinationPort",
    "NetworkDirection": "Network.Direction",
    "NetworkProtocol": "Network.Protocol",
    "NetworkSourceIpV4": "Network.SourceIpV4",
    "NetworkSourcePort": "Network.SourcePort",
    "NoteText": "Note.Text",
    "NoteUpdatedBy": "Note.UpdatedBy",
    "RecommendationText": "Remediation.Recommendation.Text",
    "RelatedFindingsId": "RelatedFindings.Id",
    "RelatedFindingsProductArn": "RelatedFindings.ProductArn",
    "ResourceDetailsOther": "Resources.Details.Other",
    "ResourceId": "Resources.Id",
    "ResourcePartition": "Resources.Partition",
    "ResourceRegion": "Resources.Region",
    "ResourceTags": "Resources.Tags",
    "ResourceType": "Resources.Type",
    "SeverityLabel": "Severity.Label",
    "SeverityNormalized": "Severity.Normalized",
    "SeverityProduct": "Severity.Product",
    "ThreatIntelIndicatorType": "ThreatIntelIndicators.Type",
    "ThreatIntelIndicatorValue": "ThreatIntelIndicators.Value",
    "Type": "Types",
    "WorkflowStatus": "Workflow.Status",
}
_PLAIN = frozenset({
    "AwsAccountId", "AwsAccountName", "CompanyName", "Confidence", "CreatedAt", "Criticality", "Description",
    "FirstObservedAt", "GeneratorId", "Id", "LastObservedAt", "ProductArn", "ProductFields", "ProductName",
    "RecordState", "Region", "Sample", "SourceUrl", "Title", "UpdatedAt", "UserDefinedFields", "VerificationState",
    "WorkflowState",
})  # fmt: skip


def invalid_input(text: str) -> AwsError:
    """Security Hub's error for a request that makes no sense."""
    return AwsError("InvalidInputException", text, 400)


@shim("securityhub", "BatchImportFindings")
def batch_import_findings(call: Call) -> Answer:
    """New findings, or new versions of known ones, which keep what was worked on."""
    read_hub(call)
    findings = call.params["Findings"]
    if not 1 <= len(findings) <= MOST:
        raise invalid_input(f"Findings must have between 1 and {MOST} items")
    failed = []
    for finding in findings:
        problem = _problem(call, finding)
        if problem:
            failed.append({"Id": finding.get("Id", ""), "ErrorCode": "InvalidInput", "ErrorMessage": problem})
        else:
            _import(call, finding)
    return {"FailedCount": len(failed), "SuccessCount": len(findings) - len(failed), "FailedFindings": failed}


def _problem(call: Call, finding: Finding) -> str:
    """Why the finding is not taken; empty when it is."""
    missing = [name for name in _REQUIRED if not finding.get(name)]
    if missing:
        return f"Finding does not adhere to Amazon Finding Format. data should have required property '{missing[0]}'"
    if call.internal:
        return ""
    own = f"arn:aws:securityhub:{call.region}:{call.account}:product/{call.account}/default"
    if finding["ProductArn"] != own:
        return f"The account {call.account} cannot import findings for the product {finding['ProductArn']}"
    if finding["AwsAccountId"] != call.account:
        return f"AwsAccountId {finding['AwsAccountId']} is not the account that imports the finding"
    known = _findings(call, call.account, call.region).get((finding["Id"], finding["ProductArn"]))
    if known is not None and _time(finding["UpdatedAt"]) <= _time(known["UpdatedAt"]):
        return "The finding's UpdatedAt is not later than that of the one that is known"
    return ""


def _import(call: Call, finding: Finding) -> None:
    key = (finding["Id"], finding["ProductArn"])
    findings = _findings(call, call.account, call.region)
    known = findings.get(key, {})
    product, _, owner = finding["ProductArn"].partition(":product/")[2].partition("/")
    made = {
        "ProductName": "Default" if owner == "default" else owner,
        "CompanyName": "AWS" if product == "aws" else "Personal",
        "RecordState": "ACTIVE",
        "Workflow": {"Status": "NEW"},
        "WorkflowState": "NEW",
        "Region": call.region,
        **finding,
        "Severity": _severity(finding["Severity"]),
    }
    findings[key] = made | {name: known[name] for name in _WORKED_ON if name in known}


def _severity(given: Mapping[str, Any]) -> dict[str, Any]:
    """Label and normalized value, whichever was given."""
    if "Label" in given:
        least = dict(_LABELS).get(str(given["Label"]), 0)
        return {"Normalized": least, **given}
    value = int(given.get("Normalized", 0))
    return {**given, "Normalized": value, "Label": next(label for label, least in _LABELS if value >= least)}


def _findings(call: Call, account: str, region: str) -> dict[tuple[str, str], Finding]:
    found: dict[tuple[str, str], Finding] = call.store_of(account, region).setdefault("findings", {})
    return found


def _visible(call: Call) -> Iterator[Finding]:
    """What the caller sees: its own findings and its members', in this Region and those linked to it."""
    accounts = [call.account]
    if not administering(call, status="MemberStatus"):
        members = call.store.get("members", {})
        accounts += [account for account, row in members.items() if row.get("MemberStatus") == "Enabled"]
    for region in _regions(call):
        for account in accounts:
            yield from _findings(call, account, region).values()


def _regions(call: Call) -> tuple[str, ...]:
    aggregator = call.account_store.get("aggregator")
    if not aggregator or aggregator["FindingAggregationRegion"] != call.region:
        return (call.region,)
    listed = tuple(aggregator.get("Regions", ()))
    mode = aggregator.get("RegionLinkingMode", "ALL_REGIONS")
    if mode == "SPECIFIED_REGIONS":
        return (call.region, *(region for region in listed if region != call.region))
    every = moto.backend_dict("securityhub")[call.account].regions if mode.startswith("ALL_REGIONS") else ()
    return (call.region, *(region for region in every if region not in (*listed, call.region)))


@shim("securityhub", "GetFindings")
def get_findings(call: Call) -> Answer:
    """Those that every filter fits, in the order asked for, a page at a time."""
    read_hub(call)
    tests = [(_path(name), rows) for name, rows in (call.params.get("Filters") or {}).items() if rows]
    found = [row for row in _visible(call) if all(_fits(row, path, rows, call.at) for path, rows in tests)]
    for criterion in reversed(call.params.get("SortCriteria") or []):
        path = _path(criterion["Field"])
        found.sort(key=lambda row: _order(row, path), reverse=criterion.get("SortOrder") == "desc")
    start, most = _page(call)
    page = {"Findings": found[start : start + most]}
    return page | ({"NextToken": str(start + most)} if start + most < len(found) else {})


def _page(call: Call) -> tuple[int, int]:
    most, token = call.params.get("MaxResults") or MOST, call.params.get("NextToken") or "0"
    if not 1 <= most <= MOST:
        raise invalid_input(f"MaxResults must be a number between 1 and {MOST}")
    if not token.isdigit():
        raise invalid_input("Invalid token")
    return int(token), most


def _path(name: str) -> str:
    if name in _PATHS or name in _PLAIN:
        return _PATHS.get(name, name)
    if name in _PATHS.values() or name in ("Severity.Label", "Workflow.Status"):
        return name
    # Told rather than ignored: a filter that filters nothing would read as a match.
    raise AwsError("NotImplementedInSandbox", f"the sandbox does not know the Security Hub filter {name}", 501)


def _order(row: Finding, path: str) -> tuple[int, Any]:
    value = next(iter(_values(row, path.split("."))), "")
    return (0, value) if isinstance(value, int | float) else (1, str(value))


def _values(at: Any, path: list[str]) -> Iterator[Any]:
    """Everything at the path; lists are gone through."""
    if isinstance(at, list):
        for one in at:
            yield from _values(one, path)
    elif not path:
        yield at
    elif isinstance(at, Mapping) and path[0] in at:
        yield from _values(at[path[0]], path[1:])


# Comparison → whether a text meets it. The second four must all hold, of the others one.
_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "EQUALS": lambda value, wanted: value == wanted,
    "PREFIX": lambda value, wanted: value.startswith(wanted),
    "CONTAINS": lambda value, wanted: wanted in value,
    "CONTAINS_WORD": lambda value, wanted: f" {wanted.lower()} " in f" {value.lower()} ",
    "NOT_EQUALS": lambda value, wanted: value != wanted,
    "PREFIX_NOT_EQUALS": lambda value, wanted: not value.startswith(wanted),
    "NOT_CONTAINS": lambda value, wanted: wanted not in value,
}
_NEGATED = ("NOT_EQUALS", "PREFIX_NOT_EQUALS", "NOT_CONTAINS")


def _fits(row: Finding, path: str, rows: list[Mapping[str, Any]], at: datetime) -> bool:
    """Whether one of the filters of a field fits, and all negated ones do."""
    values = list(_values(row, path.split(".")))
    negated = [one for one in rows if one.get("Comparison") in _NEGATED]
    plain = [one for one in rows if one.get("Comparison") not in _NEGATED]
    if not all(all(_meets(value, one, at) for value in values) for one in negated):
        return False
    return not plain or any(_meets(value, one, at) for value in values for one in plain)


def _meets(value: Any, wanted: Mapping[str, Any], at: datetime) -> bool:
    if "Key" in wanted:  # a map: of a resource's tags, of product fields
        found = value.get(wanted["Key"]) if isinstance(value, Mapping) else None
        if found is None:
            return wanted.get("Comparison") in _NEGATED
        return _compares(str(found), wanted)
    if "Comparison" in wanted:
        return _compares(str(value), wanted)
    if "Cidr" in wanted:
        return _inside(str(value), str(wanted["Cidr"]))
    if {"Start", "End", "DateRange"} & set(wanted):
        return _within(_time(str(value)), wanted, at)
    if {"Gte", "Lte", "Eq", "Gt", "Lt"} & set(wanted):
        return isinstance(value, int | float) and _in_range(float(value), wanted)
    return bool(value == wanted.get("Value"))


def _compares(value: str, wanted: Mapping[str, Any]) -> bool:
    compare = _COMPARE.get(str(wanted["Comparison"]))
    if compare is None:
        raise invalid_input(f"Invalid comparison {wanted['Comparison']}")
    return compare(value, str(wanted.get("Value", "")))


def _inside(value: str, cidr: str) -> bool:
    try:
        network = ip_network(cidr, strict=False)
    except ValueError as wrong:
        raise invalid_input(f"not a CIDR: {cidr}") from wrong
    try:
        return ip_address(value) in network
    except ValueError:
        return False


def _in_range(value: float, wanted: Mapping[str, Any]) -> bool:
    tests: tuple[tuple[str, Callable[[float, float], bool]], ...] = (
        ("Gte", float.__ge__),
        ("Lte", float.__le__),
        ("Gt", float.__gt__),
        ("Lt", float.__lt__),
        ("Eq", float.__eq__),
    )
    return all(test(value, float(wanted[name])) for name, test in tests if wanted.get(name) is not None)


def _within(value: datetime, wanted: Mapping[str, Any], at: datetime) -> bool:
    if wanted.get("DateRange"):
        return at - timedelta(days=int(wanted["DateRange"]["Value"])) <= value <= at
    start, end = wanted.get("Start"), wanted.get("End")
    return (not start or _time(start) <= value) and (not end or value <= _time(end))


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as wrong:
        raise invalid_input(f"not a time: {text}") from wrong


@shim("securityhub", "BatchUpdateFindings")
def batch_update_findings(call: Call) -> Answer:
    """What an analyst says about findings: status, note, severity, verdict. moto: cannot."""
    read_hub(call)
    wanted = call.params["FindingIdentifiers"]
    if not 1 <= len(wanted) <= MOST:
        raise invalid_input(f"FindingIdentifiers must have between 1 and {MOST} items")
    visible = {(row["Id"], row["ProductArn"]): row for row in _visible(call)}
    done, missed = [], []
    for one in wanted:
        row = visible.get((one["Id"], one["ProductArn"]))
        if row is None:
            what = {"ErrorCode": "FindingNotFound", "ErrorMessage": "Finding Not Found"}
            missed.append({"FindingIdentifier": one, **what})
            continue
        _update(call, row)
        done.append(one)
    return {"ProcessedFindings": done, "UnprocessedFindings": missed}


def _update(call: Call, row: Finding) -> None:
    params = call.params
    row |= {name: params[name] for name in _UPDATED if name in params}
    if "Note" in params:
        row["Note"] = {**params["Note"], "UpdatedAt": f"{call.at:%Y-%m-%dT%H:%M:%S}.000Z"}
    if "Severity" in params:
        row["Severity"] = {**row["Severity"], **_severity(params["Severity"])}
    if "Workflow" in params:
        row["Workflow"] = dict(params["Workflow"])
        row["WorkflowState"] = "RESOLVED" if params["Workflow"].get("Status") == "RESOLVED" else row["WorkflowState"]
