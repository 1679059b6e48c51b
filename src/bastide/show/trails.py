"""What ``bastide trail`` wires: places by name, keys by file or service, times, and the report as text or JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bastide.errors import InputError
from bastide.show.ingesting import open_sources

if TYPE_CHECKING:
    from bastide.aws.session import Target
    from bastide.ingest.integrity import Finding, Place, PublicKey, Report, Survey
    from bastide.show.log_reading import Reading

SERVICE = "service"
_AGO = re.compile(r"(\d+)([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def parse_moment(text: str, option: str, now: datetime) -> datetime | None:
    """The time that an option names: 7d or 36h ago, a day, or a time (UTC unless it says otherwise); None when empty.

    Raises:
        InputError: it names no time.
    """
    if not text:
        return None
    ago = _AGO.fullmatch(text)
    try:
        found = now - timedelta(**{_UNITS[ago[2]]: int(ago[1])}) if ago else datetime.fromisoformat(text)
    except (ValueError, OverflowError) as wrong:
        raise InputError(f"{text!r} is no time", option, "write 7d, 36h, 2026-01-31 or 2026-01-31T12:00:00Z") from wrong
    if not 2000 <= found.year < 2200:
        raise InputError(f"{text!r} is no time of a log", option, "write a year from 2000 on")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def open_places(names: Sequence[str], reading: Reading, dump: Path | None) -> list[Place]:
    """The places that a command line names, `reading` by whom those of a target are read.

    Raises:
        InputError: a name is neither a folder nor s3://BUCKET/PREFIX, or the dump of metadata cannot be read.
        TargetError: the target cannot be used.
    """
    from bastide.ingest.integrity import S3Place, open_folder
    from bastide.ingest.source import Bucket, Folder

    places: list[Place] = []
    for name, source in zip(names, open_sources(names, reading), strict=True):
        if isinstance(source, Bucket):
            places.append(S3Place(source))
        elif isinstance(source, Folder) and source.root.is_dir():
            places.append(open_folder(source, dump))
        else:
            raise InputError("a trail lies in a folder or a bucket", name, "name a folder, or s3://BUCKET/PREFIX")
    return places


def read_public_keys(
    names: Sequence[str], surveys: Sequence[Survey], target: Callable[[], Target], *, live: bool
) -> list[PublicKey]:
    """The keys of files, and of the service where `live` or one of the names is `service`.

    Raises:
        InputError: a file holds no keys.
        TargetError: the service does not give them.
    """
    from bastide.aws.trail_keys import list_public_keys
    from bastide.ingest.integrity import parse_keys, read_keys

    found = [key for name in names if name != SERVICE for key in read_keys(Path(name))]
    if not (live or SERVICE in names):
        return found
    homes: dict[str, list[datetime]] = {}
    for survey in surveys:
        for (_, home), digests in survey.trails.items():
            homes.setdefault(home, []).extend(name.end for name in digests)
    for home, ends in sorted(homes.items()):
        found += parse_keys(list_public_keys(target(), home, min(ends) - timedelta(hours=1), max(ends)))
    return found


def render_trail_report(report: Report, form: str) -> str:
    """The report as table, json (`bastide.trail-verify/1`) or jsonl (a finding a line, then the summary)."""
    rows = [_row(finding) for finding in report.findings]
    if form == "json":
        return json.dumps({"schema": "bastide.trail-verify/1", **_facts(report), "findings": rows}, indent=2)
    if form == "jsonl":
        return "\n".join(json.dumps(row) for row in [*rows, {"schema": "bastide.trail-verify/1", **_facts(report)}])
    lines = [_line(finding) for finding in report.findings]
    period = f"{_stamp(report.since)} … {_stamp(report.until)}" if report.since else "no time"
    lines.append(
        f"{_WORDS[report.exit_code]}: {report.digests_valid:,} of {report.digests:,} digests and "
        f"{report.logs_valid:,} of {report.logs:,} log files proved, {report.streams:,} accounts × Regions, {period}"
    )
    return "\n".join(lines)


_WORDS = {0: "all well", 1: "tampered with", 3: "not all proved"}


def _facts(report: Report) -> dict[str, Any]:
    return {
        "result": _WORDS[report.exit_code],
        "since": _stamp(report.since),
        "until": _stamp(report.until),
        "streams": report.streams,
        "digests": report.digests,
        "digestsProved": report.digests_valid,
        "logFiles": report.logs,
        "logFilesProved": report.logs_valid,
        "bytesHashed": report.raw,
        "counts": report.counts,
    }


def _row(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity,
        "kind": finding.kind,
        "what": finding.what,
        "where": finding.where,
        "since": _stamp(finding.since),
        "account": finding.account,
        "region": finding.region,
        "trail": finding.trail,
        "count": finding.count,
    }


def _line(finding: Finding) -> str:
    times = f" ({finding.count:,} of them)" if finding.count > 1 else ""
    return (
        f"{finding.severity:<10} {finding.kind:<19} {finding.what}{times}\n"
        f"  at   {finding.where}\n"
        f"  since {_stamp(finding.since) or 'unknown'}, account {finding.account}, {finding.region}"
    )


def _stamp(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else ""
