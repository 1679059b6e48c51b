"""What ``bastide ingest`` wires: sources by their names, the progress bar, the summary, following."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bastide.errors import InputError

if TYPE_CHECKING:
    from bastide.ingest.commit import Report
    from bastide.ingest.run import Progress
    from bastide.ingest.source import Source
    from bastide.show.log_reading import Reading

_QUEUE = re.compile(
    r"arn:aws[a-z-]*:sqs:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):(?P<name>[\w-]+)"
    r"|https://sqs\.(?P<region_of_url>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/\d{12}/[\w-]+"
)


def is_remote(name: str) -> bool:
    """Whether a source needs a target."""
    return name.startswith(("s3:", "arn:", "https:", "http:"))


def open_sources(names: Sequence[str], reading: Reading | None) -> list[Source]:
    """The sources that a command line names, `reading` by whom those of a target are read; None where none is.

    Raises:
        InputError: a name is neither a path, nor s3://BUCKET/PREFIX, nor a queue's ARN or URL.
        TargetError: the target cannot be used, or a role not be taken.
    """
    return [_open_remote(name, reading) if reading and is_remote(name) else _folder(name) for name in names]


def _folder(name: str) -> Source:
    from bastide.ingest.source import Folder

    path = Path(name).expanduser()
    if not path.exists():
        raise InputError("there is no such file or folder", name, "name an existing one, or s3://BUCKET/PREFIX")
    return Folder(path)


def _open_remote(name: str, reading: Reading) -> Source:
    from bastide.ingest.queue import Notifications
    from bastide.ingest.source import Bucket

    queue = _QUEUE.fullmatch(name)
    if queue:
        return Notifications(*reading.queue(queue["region"] or queue["region_of_url"], name))
    bucket, _, prefix = name.removeprefix("s3://").partition("/")
    if not name.startswith("s3://") or not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", bucket):
        raise InputError(
            "this is no source", name, "a file, a folder, s3://BUCKET/PREFIX, or an SQS queue's ARN or URL"
        )
    return Bucket(bucket, prefix, reading.objects(bucket, prefix))


def follow(one_round: Callable[[], Report], interval: float, show: Callable[[Report], None]) -> None:
    """Ingest again and again, `interval` seconds apart, until Ctrl-C; rounds that took nothing are not shown."""
    try:
        while True:
            report = one_round()
            if report.taken or report.quarantined:
                show(report)
            time.sleep(interval)
    except KeyboardInterrupt:
        return


@contextmanager
def progress_bar() -> Iterator[Callable[[Progress], None]]:
    """What shows a run's progress: a bar with events/s and time left on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty() or os.environ.get("CI"):
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("reading logs"), BarColumn(), DownloadColumn(), TextColumn("{task.fields[speed]} events/s"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, speed="–")
        begin = time.monotonic()

        def show(now: Progress) -> None:
            speed = now.rows / max(time.monotonic() - begin, 1e-3)
            bar.update(task, total=now.of_bytes or None, completed=now.bytes, speed=f"{speed:,.0f}")

        yield show


def render_report(report: Report, form: str, *, dry_run: bool, seconds: float) -> str:
    """The summary as text or JSON (`bastide.ingest/1`)."""
    if form == "json":
        quarantined = [{"where": one.where, "reason": one.what} for one in report.quarantined]
        facts: dict[str, Any] = asdict(report) | {"quarantined": quarantined, "dry_run": dry_run}
        return json.dumps({"schema": "bastide.ingest/1", **facts}, indent=2)
    if dry_run:
        return f"{report.new:,} new files of {report.listed:,}; nothing was taken"
    lines = [f"  {kind:<24} {rows:>14,} rows" for kind, rows in sorted(report.kinds.items())]
    speed = f", {report.rows / seconds:,.0f} a second" if seconds > 0 and report.rows else ""
    size = f"{report.bytes / 1e6:,.1f} MB inflated"
    lines.append(f"{report.rows:,} rows of {report.taken:,} files ({size}) in {seconds:,.1f} s{speed}")
    notes = (
        (report.known, "files were in the lake already"),
        (report.doubles, "rows were doubles and dropped"),
        (report.odd, "records were odd and kept with a flag"),
        (report.left, "digest files were left for bastide trail verify"),
    )
    lines += [f"{count:,} {what}" for count, what in notes if count]
    return "\n".join(lines)
