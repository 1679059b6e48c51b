"""Generated traffic written to a folder: log files, digests, labels, keys.

    OUT/logs/AWSLogs/o-…/ACCOUNT/CloudTrail/REGION/2026/01/05/….json.gz   what a trail's bucket would hold
    OUT/labels.jsonl             which events were planted, and what they are
    OUT/organization.json        accounts, Regions, bucket, trail
    OUT/public-keys.json         with digests: the answer of ListPublicKeys
    OUT/digest-metadata.jsonl    with digests: each digest's S3 metadata, which holds its signature

One idea: an account is a unit of work; processes take accounts, and the same seed gives the same bytes whatever their
number.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

from zlib_ng import zlib_ng

from bastide.errors import InputError
from bastide.lake.generate.digests import Delivered, chain
from bastide.lake.generate.files import AccountLog, LogFile, events_of
from bastide.lake.generate.form import GLOBAL_REGION
from bastide.lake.generate.key import make_key, public_der
from bastide.lake.generate.organization import Organization, make_organization
from bastide.lake.generate.planted import Label, Planted, plan_planted
from bastide.lake.generate.recipe import Recipe

LEVEL = 4  # some 7.5 : 1, as the files that CloudTrail delivers
_WORTH_PROCESSES = 40_000  # events: fewer are made sooner than a process is started


@dataclass(slots=True)
class Totals:
    """What was written; sizes in bytes, `raw` before compression."""

    events: int = 0
    files: int = 0
    digests: int = 0
    raw: int = 0
    stored: int = 0
    labels: list[Label] = field(default_factory=list)

    def add(self, other: Totals) -> None:
        """Count another's in."""
        self.events += other.events
        self.files += other.files
        self.digests += other.digests
        self.raw += other.raw
        self.stored += other.stored
        self.labels += other.labels


def write(recipe: Recipe, out: Path, *, workers: int = 0, progress: Callable[[int], None] = lambda _: None) -> Totals:
    """Write everything; `progress` hears how many events were written since it last heard.

    Raises InputError when the folder holds something already, or fewer events are asked for than are to be planted.
    """
    organization = make_organization(recipe.seed, recipe.accounts, recipe.regions)
    planted = plan_planted(recipe, organization)
    _check(recipe, organization, planted)
    _claim(out)
    totals = Totals()
    for part in _parts(recipe, organization, planted, out, workers or len(os.sched_getaffinity(0))):
        totals.add(part)
        progress(part.events)
    totals.labels.sort(key=lambda label: (label.eventTime, label.eventID))
    _write_facts(recipe, organization, totals, out)
    return totals


def _check(recipe: Recipe, organization: Organization, planted: dict[str, list[Planted]]) -> None:
    for account, events in zip(organization.accounts, events_of(recipe, organization), strict=True):
        if len(planted[account.id]) > events:
            labelled = len(planted[account.id])
            raise InputError(
                f"{recipe.events} events are too few: account {account.name} alone has {labelled} labelled ones",
                fix="give more --events, or fewer --drift and --attacks",
            )


def _claim(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise InputError("the folder is not empty", str(out), "name a new one: traffic is never mixed")
    except (FileExistsError, NotADirectoryError) as wrong:
        raise InputError("that is no folder", str(out), "name a new one") from wrong


def _parts(
    recipe: Recipe, organization: Organization, planted: dict[str, list[Planted]], out: Path, workers: int
) -> Iterator[Totals]:
    jobs = [(recipe, number, planted[account.id], out) for number, account in enumerate(organization.accounts)]
    if workers <= 1 or recipe.events < _WORTH_PROCESSES or len(jobs) == 1:
        yield from map(write_account, jobs)
        return
    with ProcessPoolExecutor(min(workers, len(jobs)), mp_context=get_context("spawn")) as pool:
        yield from pool.map(write_account, jobs)


def write_account(job: tuple[Recipe, int, list[Planted], Path]) -> Totals:
    """Write one account's files and digests."""
    recipe, number, planted, out = job
    organization = make_organization(recipe.seed, recipe.accounts, recipe.regions)
    log = AccountLog(recipe, organization, number, planted)
    totals, delivered = Totals(), list[Delivered]()
    made: set[Path] = set()
    for file in log:
        totals.stored += _store(out, file.key, file.content, made)
        totals.events += file.events
        totals.files += 1
        totals.raw += len(file.content)
        if recipe.digests:
            delivered.append(_delivered(file))
    totals.labels = log.labels
    if recipe.digests:
        totals.digests = _write_digests(recipe, organization, organization.accounts[number].id, delivered, out)
    return totals


def _store(out: Path, key: str, content: bytes, made: set[Path]) -> int:
    path = out / "logs" / key
    if path.parent not in made:
        path.parent.mkdir(parents=True, exist_ok=True)
        made.add(path.parent)
    packed = compress(content)
    path.write_bytes(packed)
    return len(packed)


def compress(content: bytes) -> bytes:
    """The content as gzip without a time in its header: the same bytes every time."""
    packer = zlib_ng.compressobj(LEVEL, zlib_ng.DEFLATED, 31)
    return packer.compress(content) + packer.flush()


def _delivered(file: LogFile) -> Delivered:
    sha256 = hashlib.sha256(file.content).hexdigest()
    return Delivered(file.key, file.region, sha256, file.oldest, file.newest, file.delivered)


def _write_digests(
    recipe: Recipe, organization: Organization, account: str, delivered: list[Delivered], out: Path
) -> int:
    key, end = make_key(str(recipe.seed)), recipe.start + timedelta(days=recipe.days)
    made: set[Path] = set()
    count = 0
    lines = out / f"digest-metadata.{account}.part"
    with lines.open("w", encoding="utf-8") as notes:
        for region in sorted({GLOBAL_REGION, *recipe.regions, *(file.region for file in delivered)}):
            files = [file for file in delivered if file.region == region]
            for digest in chain(organization, account, region, files, recipe.start, end, key):
                _store(out, digest.key, digest.content, made)
                metadata = {"signature": digest.signature, "signature-algorithm": "SHA256withRSA"}
                row = {"Bucket": organization.bucket, "Key": digest.key, "Metadata": metadata}
                notes.write(json.dumps(row) + "\n")
                count += 1
    return count


def _write_facts(recipe: Recipe, organization: Organization, totals: Totals, out: Path) -> None:
    """What stands beside the logs."""
    with (out / "labels.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"schema": "bastide.label/1", **asdict(label)}) + "\n" for label in totals.labels)
    facts = {
        "schema": "bastide.generated/1",
        "organization": organization.id,
        "bucket": organization.bucket,
        "trail": organization.trail,
        "homeRegion": organization.home,
        "regions": list(organization.regions),
        "accounts": [{"id": account.id, "name": account.name} for account in organization.accounts],
        "recipe": asdict(recipe) | {"start": recipe.start.isoformat()},
        "events": totals.events,
    }
    (out / "organization.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    if recipe.digests:
        with (out / "digest-metadata.jsonl").open("wb") as whole:
            for part in sorted(out.glob("digest-metadata.*.part")):
                whole.write(part.read_bytes())
                part.unlink()
        (out / "public-keys.json").write_text(_render_keys(recipe) + "\n", encoding="utf-8")


def _render_keys(recipe: Recipe) -> str:
    """The answer of ListPublicKeys, as `aws cloudtrail list-public-keys` prints it."""
    der = public_der(make_key(str(recipe.seed)))
    row = {
        "Value": base64.b64encode(der).decode(),
        "ValidityStartTime": _iso(recipe.start - timedelta(days=30)),
        "ValidityEndTime": _iso(recipe.start + timedelta(days=recipe.days + 30)),
        "Fingerprint": hashlib.md5(der, usedforsecurity=False).hexdigest(),
    }
    return json.dumps({"PublicKeyList": [row]}, indent=2)


def _iso(at: datetime) -> str:
    return at.isoformat()
