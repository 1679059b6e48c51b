"""Log files and lakes for the tests of ingest."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bastide.ingest.commit import Report
from bastide.ingest.run import ingest
from bastide.ingest.source import Folder
from bastide.lake import Lake

NOW = datetime(2026, 2, 1, tzinfo=UTC)


def event(number: int, **fields: Any) -> dict[str, Any]:
    """An API call as CloudTrail writes it; `fields` replace or, when they are None, stay as null."""
    return {
        "eventVersion": "1.11",
        "userIdentity": {"type": "IAMUser", "arn": f"arn:aws:iam::111111111111:user/u{number % 3}"},
        "eventTime": f"2026-01-0{1 + number % 2}T00:{number // 60 % 60:02}:{number % 60:02}Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "DescribeInstances",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "192.0.2.1",
        "requestParameters": {"n": number},
        "responseElements": None,
        "eventID": f"00000000-0000-4000-8000-{number:012}",
        "readOnly": True,
        "recipientAccountId": "111111111111" if number % 5 else "222222222222",
        **fields,
    }


def write(folder: Path, name: str, records: list[Any] | bytes) -> Path:
    """A log file: an envelope of records, or bytes as they are."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    data = records if isinstance(records, bytes) else json.dumps({"Records": records}, separators=(",", ":")).encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def take(lake: Path, *sources: Path, **options: Any) -> Report:
    """Ingest in this process."""
    found = [Folder(source) for source in sources]
    return ingest(Lake.open(lake), found, clock=lambda: NOW, workers=1, **options)


def rows(lake: Path, name: str = "cloudtrail") -> list[dict[str, Any]]:
    """All rows of a table, by event."""
    opened = Lake.open(lake)
    found = [row for file in opened.files(name) for row in opened.read_file(file).to_pylist()]
    return sorted(found, key=lambda row: (str(row.get("eventID")), str(row["sourceFile"])))
