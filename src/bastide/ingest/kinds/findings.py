"""Findings of GuardDuty (its export) and Security Hub (ASFF, also from EventBridge and the API; OCSF, also Parquet).

One idea: three formats, one table: the original is kept whole in `finding`, and a short list of paths a format says
where what people ask for stands. A finding that lacks something still is a row.
Source: GuardDuty API Reference, "Finding"; AWS Security Hub User Guide, "AWS Security Finding Format (ASFF)"; OCSF
Schema 1.x, classes 2001–2008 (category 2, Findings)
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import pyarrow
import pyarrow.parquet

from bastide.ingest.encoding import is_replaced
from bastide.ingest.inflate import LIMIT
from bastide.ingest.kinds import Kind, NotThisKindError, Rendered
from bastide.ingest.kinds.forms import cloudwatch
from bastide.ingest.kinds.forms.records import encode, is_json, split
from bastide.ingest.source import Item

Finding = dict[str, Any]
_ENVELOPES = ("Findings", "findings")
_OBJECT = msgspec.json.Decoder(Finding)
# Column → where it stands, the first that has a value wins.
Paths = Mapping[str, tuple[str, ...]]
_GUARDDUTY: Paths = {
    "updatedAt": ("updatedAt",), "account": ("accountId",), "region": ("region",), "id": ("arn", "id"),
    "type": ("type",), "title": ("title",), "description": ("description",), "severityScore": ("severity",),
    "resourceType": ("resource.resourceType",), "createdAt": ("createdAt",),
    "resourceId": (
        "resource.instanceDetails.instanceId", "resource.s3BucketDetails.0.arn",
        "resource.eksClusterDetails.arn", "resource.rdsDbInstanceDetails.dbInstanceArn",
        "resource.lambdaDetails.functionArn", "resource.ecsClusterDetails.arn", "resource.accessKeyDetails.accessKeyId",
    ),
    "firstSeen": ("service.eventFirstSeen",), "lastSeen": ("service.eventLastSeen",), "count": ("service.count",),
    "schemaVersion": ("schemaVersion",), "control": ("service.featureName",),
}  # fmt: skip
_ASFF: Paths = {
    "updatedAt": ("UpdatedAt", "ProcessedAt", "CreatedAt"), "account": ("AwsAccountId",), "region": ("Region",),
    "id": ("Id",), "product": ("ProductName", "ProductArn"), "type": ("Types.0", "FindingProviderFields.Types.0"),
    "title": ("Title",), "description": ("Description",),
    "severity": ("Severity.Label", "FindingProviderFields.Severity.Label"),
    "severityScore": ("Severity.Normalized", "FindingProviderFields.Severity.Normalized"),
    "status": ("Workflow.Status", "WorkflowState"), "recordState": ("RecordState",),
    "complianceStatus": ("Compliance.Status",), "control": ("Compliance.SecurityControlId", "GeneratorId"),
    "resourceType": ("Resources.0.Type",), "resourceId": ("Resources.0.Id",), "createdAt": ("CreatedAt",),
    "firstSeen": ("FirstObservedAt",), "lastSeen": ("LastObservedAt",), "schemaVersion": ("SchemaVersion",),
}  # fmt: skip
_OCSF: Paths = {
    "updatedAt": ("finding_info.modified_time_dt", "finding_info.modified_time", "finding.modified_time", "time_dt",
                  "time"),
    "account": ("cloud.account.uid", "cloud.account_uid"), "region": ("cloud.region",),
    "id": ("finding_info.uid", "finding.uid", "metadata.uid"),
    "product": ("metadata.product.name",), "type": ("finding_info.types.0", "finding.types.0", "type_name"),
    "title": ("finding_info.title", "finding.title"), "description": ("finding_info.desc", "finding.desc", "message"),
    "severity": ("severity",), "severityScore": ("severity_id",), "status": ("status", "state"),
    "complianceStatus": ("compliance.status",), "control": ("compliance.control", "finding_info.analytic.uid"),
    "resourceType": ("resources.0.type", "resource.type"), "resourceId": ("resources.0.uid", "resource.uid"),
    "createdAt": ("finding_info.created_time_dt", "finding_info.created_time", "finding.created_time"),
    "firstSeen": ("finding_info.first_seen_time_dt", "finding_info.first_seen_time", "finding.first_seen_time"),
    "lastSeen": ("finding_info.last_seen_time_dt", "finding_info.last_seen_time", "finding.last_seen_time"),
    "count": ("count",), "schemaVersion": ("metadata.version",),
}  # fmt: skip
_TIMES = ("updatedAt", "createdAt", "firstSeen", "lastSeen")
_LABELS = {"INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"}
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)\s*(Z|[+-]\d\d:?\d\d|UTC)?")
_EPOCH_LIMIT = 253_402_300_800_000  # the year 10000, in milliseconds


def format_of(finding: Finding) -> str:
    """The format: `guardduty`, `asff`, `ocsf`; empty when it is no finding."""
    if "class_uid" in finding and str(finding["class_uid"]).startswith("2"):
        return "ocsf"
    if "AwsAccountId" in finding and ("ProductArn" in finding or "GeneratorId" in finding):
        return "asff"
    if "accountId" in finding and "type" in finding and "severity" in finding and "service" in finding:
        return "guardduty"
    return ""


def detect(_: str, head: bytes) -> bool:
    """By the names that the first finding of each format has; Parquet by the columns of OCSF's findings."""
    if head[:4] == b"PAR1":
        return _is_ocsf_parquet(head)
    inner = cloudwatch.peek(head)
    text = head if inner is None else inner.encode()
    if not is_json(text):
        return False
    asff = b'"AwsAccountId"' in text and (b'"ProductArn"' in text or b'"GeneratorId"' in text)
    names = (b'"accountId"', b'"severity"', b'"service"', b'"type"', b'"updatedAt"')
    guardduty = sum(name in text for name in names) >= 4
    ocsf = re.search(rb'"class_uid"\s*:\s*20\d\d\b', text) is not None
    return asff or guardduty or ocsf


def _is_ocsf_parquet(data: bytes) -> bool:
    try:
        names = set(pyarrow.parquet.read_schema(io.BytesIO(data)).names)
    except (pyarrow.ArrowException, OSError):
        return False
    return "class_uid" in names and bool(names & {"finding", "finding_info"})


def render(data: bytes, item: Item) -> Rendered:
    """The findings. Raises NotThisKindError at a record that is none."""
    rows, odd = [], 0
    for number, text in enumerate(_documents(data, item), start=1):
        finding = _finding(text, number)
        row = _row(finding, text)
        odd += "flags" in row
        row.setdefault("account", item.account or None)
        row.setdefault("region", item.region or None)
        rows.append(encode(row | {"finding": msgspec.Raw(text), "sourceFile": item.address}))
    return Rendered(b"\n".join(rows), len(rows), odd)


def _documents(data: bytes, item: Item) -> list[bytes]:
    if data[:4] == b"PAR1":
        return _parquet(data)
    if cloudwatch.peek(data[: 64 * 1024]) is not None:
        data = cloudwatch.joined(cloudwatch.read_messages(data, item))
    return [found for record in split(data, _ENVELOPES) for found in _unwrap(record)]


def _unwrap(record: bytes) -> list[bytes]:
    """The findings of an EventBridge event (its detail: one of GuardDuty's, or a list), else the record itself."""
    if b'"detail-type"' not in record:
        return [record]
    try:
        detail = msgspec.json.decode(record, type=dict[str, msgspec.Raw]).get("detail", msgspec.Raw(b"{}"))
        return split(bytes(detail), _ENVELOPES)
    except msgspec.MsgspecError:
        return [record]


def _parquet(data: bytes) -> list[bytes]:
    try:
        file = pyarrow.parquet.ParquetFile(io.BytesIO(data))
        groups = (file.metadata.row_group(number) for number in range(file.metadata.num_row_groups))
        if sum(group.total_byte_size for group in groups) > LIMIT or file.metadata.num_rows > 1_000_000:
            raise NotThisKindError("the Parquet file holds more than one file may")
        rows: list[Finding] = file.read().to_pylist()
    except (pyarrow.ArrowException, OSError) as wrong:
        raise NotThisKindError(f"the Parquet file cannot be read: {wrong}") from wrong
    return [json.dumps(_plain(row), default=str, separators=(",", ":")).encode() for row in rows]


def _plain(value: Any) -> Any:
    """Parquet's value as JSON has it: maps as objects, what is null left out."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        pairs = bool(value) and all(isinstance(pair, tuple) and len(pair) == 2 for pair in value)
        return {str(name): _plain(inner) for name, inner in value} if pairs else [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _finding(text: bytes, number: int) -> Finding:
    try:
        finding = _OBJECT.decode(text)
    except msgspec.MsgspecError as wrong:
        raise NotThisKindError(f"record {number} is no finding: {wrong}") from wrong
    if not format_of(finding):
        raise NotThisKindError(f"record {number} is no finding of GuardDuty, ASFF or OCSF")
    return finding


def _row(finding: Finding, text: bytes) -> dict[str, Any]:
    """The columns, those that were found."""
    name = format_of(finding)
    row: dict[str, Any] = {"format": name}
    flags: list[str] = []
    for column, paths in {"guardduty": _GUARDDUTY, "asff": _ASFF, "ocsf": _OCSF}[name].items():
        value = next((found for path in paths if (found := _at(finding, path)) not in (None, "")), None)
        read: Callable[[Any], tuple[Any, bool]] = _COLUMNS.get(column, _text)
        fit, good = read(value)
        if not good:
            flags.append(f"type:{column}")
        if fit is not None:
            row[column] = fit
    _MORE[name](finding, row)
    flags += ["encoding"] if is_replaced(text) else []
    return row | ({"flags": ",".join(flags)} if flags else {})


def _guardduty(finding: Finding, row: dict[str, Any]) -> None:
    """GuardDuty says its severity as a number and whether a finding is archived as a boolean.

    Source: Amazon GuardDuty User Guide, "Severity levels of GuardDuty findings"
    """
    row["product"] = "GuardDuty"
    score = row.get("severityScore")
    if score is not None:
        row["severity"] = "CRITICAL" if score >= 9 else "HIGH" if score >= 7 else "MEDIUM" if score >= 4 else "LOW"
    archived = _at(finding, "service.archived")
    if isinstance(archived, bool):
        row["recordState"] = "ARCHIVED" if archived else "ACTIVE"
        row["status"] = "archived" if archived else "active"


def _asff(_: Finding, row: dict[str, Any]) -> None:
    _label(row)


def _ocsf(_: Finding, row: dict[str, Any]) -> None:
    _label(row)


def _label(row: dict[str, Any]) -> None:
    label = str(row.get("severity", "")).upper()
    if label in _LABELS:
        row["severity"] = label


_MORE: dict[str, Callable[[Finding, dict[str, Any]], None]] = {"guardduty": _guardduty, "asff": _asff, "ocsf": _ocsf}


def _at(value: Any, path: str) -> Any:
    for name in path.split("."):
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdigit():
            value = value[int(name)] if int(name) < len(value) else None
        else:
            return None
    return value


def _text(value: Any) -> tuple[str | None, bool]:
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value), True
    return None, value is None


def _number(value: Any) -> tuple[float | None, bool]:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    return (float(value), True) if good else (None, value is None)


def _count(value: Any) -> tuple[int | None, bool]:
    good = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63
    return (value, True) if good else (None, value is None)


def _time(value: Any) -> tuple[str | None, bool]:
    """An ISO time, or milliseconds since 1970 (OCSF), as ISO in UTC."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _EPOCH_LIMIT:
        moment = datetime.fromtimestamp(value // 1000, UTC).replace(microsecond=value % 1000 * 1000)
        return moment.isoformat(), True
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None, value is None
    zone = "+00:00" if found[3] in (None, "Z", "UTC") else found[3]
    return f"{found[1]}T{found[2][:15]}{zone}", True


_COLUMNS: dict[str, Callable[[Any], tuple[Any, bool]]] = {
    **dict.fromkeys(_TIMES, _time), "severityScore": _number, "count": _count,
}  # fmt: skip

KIND = Kind(
    name="findings",
    table="findings",
    detect=detect,
    render=render,
    read={
        **dict.fromkeys((*_ASFF, "format", "product", "recordState", "flags", "sourceFile"), "VARCHAR"),
        "severityScore": "DOUBLE", "count": "BIGINT", "finding": "JSON",
    },
    select={name: f"TRY_CAST({name} AS TIMESTAMPTZ)" for name in _TIMES},
    rank=28,
)  # fmt: skip
