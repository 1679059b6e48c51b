"""Evidence packs on disk: written, signed with the workspace's key, and verified by whoever holds them, offline.

The one idea: the pack is whole in itself; its manifest and the public key are all that a check needs. A key that was
kept from elsewhere proves who wrote it; the pack's own only that it is as it was written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from bastide import __version__
from bastide.errors import InputError
from bastide.lake.merkle.key import holds, private_key, public_pem, read_public_key
from bastide.show.reports.evidence_page import render_page, render_readme
from bastide.standards.evidence import MANIFEST, PUBLIC_KEY, SIGNATURE, changes, evidence_files, render_manifest
from bastide.store.mask import mask

if TYPE_CHECKING:
    from bastide.model import Finding
    from bastide.show.reports import Report

SIGNED = re.compile(r"[0-9a-f]{128}\n")
MOST_BYTES = 2_000_000_000  # of one file that is verified


@dataclass(frozen=True)
class Written:
    """What was written: number of files, head of the chain and fingerprint of the key, both hexadecimal."""

    folder: Path
    files: int
    head: str
    key: str


def write_evidence(folder: Path, report: Report, verdicts: tuple[Finding, ...], keys: Path) -> Written:
    """Write a pack about the standards of a report into an empty or new folder; ``keys`` holds the signing key.

    Raises:
        InputError: nothing was asked of a standard, the folder holds something, or it cannot be written.
    """
    if not report.standings:
        raise InputError("an evidence pack is about standards", fix="add --standard SLUG or --pack FILE")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} holds something already", fix="name a new folder for the evidence")
    files = evidence_files(
        report.standings, verdicts, report.estate, report.controls, lambda one: mask(one.type, dict(one.properties))
    )
    files["index.html"] = render_page(report, sorted(files)).encode("utf-8", "replace")
    files["README.md"] = render_readme(report).encode("utf-8", "replace")
    about = {
        "generated_at": report.generated_at,
        "generator": f"bastide {__version__}",
        "standards": [one.standard.slug for one in report.standings],
        "basis": report.estate.basis,
    }
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = private_key(keys)
    public = public_pem(key.public_key())
    manifest = render_manifest(files, {**about, "key": fingerprint(public)})
    files |= {MANIFEST: manifest, SIGNATURE: f"{key.sign(manifest).hex()}\n".encode(), PUBLIC_KEY: public.encode()}
    _write(folder, files)
    return Written(folder, len(files), sha256(manifest).hexdigest(), fingerprint(public))


def _write(folder: Path, files: dict[str, bytes]) -> None:
    try:
        for path, data in files.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror}") from error


def fingerprint(public: str) -> str:
    """The first 16 hexadecimal digits of a public key's SHA-256."""
    return sha256(public.encode()).hexdigest()[:16]


def verify_evidence(folder: Path, key: Path | None = None) -> tuple[list[str], str]:
    """Every difference from the pack as it was written and signed, in words; and the fingerprint of the key.

    ``key``: a public key kept from elsewhere, instead of the pack's own.

    Raises:
        InputError: the folder is no evidence pack, or the key cannot be read.
    """
    if not (folder / MANIFEST).is_file():
        raise InputError(f"{folder} is no evidence pack: it has no {MANIFEST}", fix="name a folder of -o evidence=DIR")
    files = dict(_files(folder))
    manifest = files[MANIFEST]
    found = changes(manifest, files)
    public = read_public_key(key or folder / PUBLIC_KEY, f"take {PUBLIC_KEY} of a pack that you know to be theirs")
    signature = files.get(SIGNATURE, b"").decode("ascii", "replace")
    if not SIGNED.fullmatch(signature) or not holds(public, signature.strip(), manifest):
        found.insert(0, "the manifest's signature is not the key's")
    if fingerprint(files.get(PUBLIC_KEY, b"").decode("ascii", "replace")) != json.loads(manifest).get("key"):
        found.insert(0, f"{PUBLIC_KEY} is not the key that the manifest names")
    return found, fingerprint(public_pem(public))


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below the folder by its path; a link is read as what it says, not as what it leads to."""
    for place in sorted(folder.rglob("*")):
        path = place.relative_to(folder).as_posix()
        if place.is_symlink():
            yield path, b"link to " + str(place.readlink()).encode()
        elif place.is_file():
            if place.stat().st_size > MOST_BYTES:
                raise InputError(f"{place} is larger than {MOST_BYTES:,} bytes", fix="no file of an evidence pack is")
            yield path, place.read_bytes()
