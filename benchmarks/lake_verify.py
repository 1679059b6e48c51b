"""Verification of a trail and of a lake, MB of raw logs (or Parquet) a second and core, and events generated a second.

A generated organization's trail with digests, as it lies in a folder; one process, so that CPU seconds are a core's.
The floor is what any verifier must do: read, inflate and hash the same log files.

Run alone: ``python -m benchmarks.lake_verify``.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bastide.ingest.integrity import Asked, open_folder, read_keys, survey, verify
from bastide.ingest.integrity.digest import inflate_one
from bastide.ingest.run import ingest
from bastide.ingest.source import Folder
from bastide.lake import Lake
from bastide.lake.generate import Recipe, write
from bastide.lake.merkle.check import check_table
from bastide.lake.merkle.key import own_public_key
from benchmarks.measure import Figure, peak_mb

RECIPE = Recipe(events=200_000, accounts=4, days=2, digests=True)
NAME = "lake: verification"


def verification() -> Iterator[Figure]:
    """Figures of the generator, of ``trail verify`` and of ``lake verify``."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        begin = time.process_time()
        totals = write(RECIPE, out, workers=1)
        yield Figure(NAME, "events generated and written per core", totals.events / (time.process_time() - begin), "/s")
        yield Figure(NAME, "generated: raw bytes an event", totals.raw / totals.events, "B")
        yield Figure(NAME, "generated: raw to gzip", totals.raw / totals.stored, "×")
        yield from _trail(out)
        yield from _lake(out, Path(folder) / "lake")


def _trail(out: Path) -> Iterator[Figure]:
    files = [path for path in sorted((out / "logs").rglob("*.json.gz")) if "/CloudTrail/" in str(path)]
    begin, size = time.process_time(), 0
    for path in files:
        plain = inflate_one(path.read_bytes())
        hashlib.sha256(plain).digest()
        size += len(plain)
    floor = size / 1e6 / (time.process_time() - begin)
    yield Figure(NAME, "floor: read, inflate, hash", floor, "MB/s")
    begin = time.process_time()
    found = survey(open_folder(Folder(out / "logs")), Asked())
    report = verify([found], read_keys(out / "public-keys.json"), Asked(), workers=1)
    seconds = time.process_time() - begin
    if report.exit_code:
        raise RuntimeError(f"an untouched trail raised an alarm: {report.findings[:3]}")
    yield Figure(NAME, "trail verify, raw, per core", report.raw / 1e6 / seconds, "MB/s", "≥ 300")
    yield Figure(NAME, "digests verified beside it", report.digests, "")
    yield Figure(NAME, "peak memory so far", peak_mb(), "MB")


def _lake(out: Path, root: Path) -> Iterator[Figure]:
    ingest(Lake.open(root), [Folder(out / "logs")], clock=lambda: datetime.now(UTC), workers=1)
    lake = Lake.open(root)
    files = set(lake.files("cloudtrail"))
    begin = time.process_time()
    checked = check_table(root, "cloudtrail", files, own_public_key(root))
    seconds = time.process_time() - begin
    if checked.differences:
        raise RuntimeError(f"an untouched lake raised an alarm: {checked.differences[:3]}")
    yield Figure(NAME, "lake verify, Parquet, per core", checked.bytes / 1e6 / seconds, "MB/s")


def main() -> None:
    """Print the figures."""
    for figure in verification():
        print(f"{figure.scenario:<24} {figure.name:<40} {figure.value:>12,.2f} {figure.unit:<6} {figure.must}")


if __name__ == "__main__":
    main()
