"""An evidence pack: files that say what was asked, judged, read and found, and a manifest that any change breaks.

The one idea: every file is named in the manifest with its hash, and the hashes are a chain, so that nothing can be
changed, removed, added or put in another order without the head becoming another; the head is what is signed. Pure: who
writes and signs the files gives the text of properties without secrets.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bastide.controls import Control
from bastide.errors import InputError
from bastide.model import Estate, Finding, Organization, Properties, Resource
from bastide.model.serialize import to_json_value
from bastide.standards.standing import Outcome, Score, Standing

SCHEMA = "bastide.evidence/1"
MANIFEST, SIGNATURE, PUBLIC_KEY = "manifest.json", "manifest.sig", "public-key.pem"
BESIDE = (MANIFEST, SIGNATURE, PUBLIC_KEY)  # not in the manifest: they are about it
ORIGIN = "0" * 64
UNSAFE = re.compile(r"[^A-Za-z0-9.()_-]+")

Mask = Callable[[Resource], Properties]


def evidence_files(
    standings: Iterable[Standing],
    verdicts: Iterable[Finding],
    estate: Estate,
    controls: Mapping[str, Control],
    mask: Mask,
) -> dict[str, bytes]:
    """The pack's files by path. ``verdicts``: all of them; ``mask`` gives a resource's properties without secrets."""
    standings, verdicts = tuple(standings), tuple(verdicts)
    by_control: dict[str, list[Finding]] = {}
    for finding in verdicts:
        by_control.setdefault(finding.control, []).append(finding)
    files = {"scope.json": _json(_scope(estate))}
    for name in sorted({name for one in standings for outcome in one.outcomes for name in outcome.controls}):
        told = _control(controls[name]) | {"verdicts": [_verdict(one) for one in by_control.get(name, ())]}
        files[control_file(name)] = _json(told)
    judged = {finding.resource for finding in verdicts}
    kept = sorted((one for one in estate.resources if one.key in judged), key=lambda one: one.key)
    files["resources.jsonl"] = _lines(_resource(one, mask) for one in kept)
    for standing in standings:
        slug = standing.standard.slug
        files[f"{slug}/standing.json"] = _json(standing_json(standing))
        for outcome in standing.outcomes:
            told = {"standard": slug, **outcome_json(outcome), "evidence": list(map(control_file, outcome.controls))}
            files[f"{slug}/{requirement_file(outcome)}"] = _json(told)
    return dict(sorted(files.items()))


def requirement_file(outcome: Outcome) -> str:
    """The name of a requirement's file; ids that differ only in strange characters get different names."""
    id = outcome.requirement.id
    name = UNSAFE.sub("_", id)
    return f"{name}.json" if name == id else f"{name}-{hashlib.sha256(id.encode()).hexdigest()[:6]}.json"


def control_file(name: str) -> str:
    """The path of a control's file: what it asks, and its verdicts."""
    return f"controls/{name}.json"


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True, default=str) + "\n").encode("utf-8", "replace")


def _lines(rows: Iterable[Any]) -> bytes:
    return "".join(json.dumps(row, sort_keys=True, default=str) + "\n" for row in rows).encode("utf-8", "replace")


def _scope(estate: Estate) -> dict[str, Any]:
    """What was looked at, when, through what, and what could not be read."""
    organization = estate.organization
    return {
        "basis": estate.basis,
        "read_at": estate.read_at,
        "regions": list(estate.regions),
        "organization": organization.id if organization else None,
        "accounts": _accounts(organization) if organization else [],
        "could_not_be_read": [
            {"type": gap.type, "account": gap.account, "region": gap.region, "reason": gap.reason}
            for gap in estate.gaps
        ],
        "resources": len(estate.resources),
    }


def _accounts(organization: Organization) -> list[dict[str, str]]:
    return [
        {"id": one.id, "name": one.name, "unit": organization.unit_path(one.id), "status": one.status}
        for one in organization.accounts
    ]


def _resource(resource: Resource, mask: Mask) -> dict[str, Any]:
    origin = resource.origin
    return {
        "resource": resource.key._asdict(),
        "arn": resource.arn,
        "read": {"source": origin.source, "at": origin.read_at, "file": origin.file, "line": origin.line},
        "properties": to_json_value(mask(resource)),
    }


def _verdict(finding: Finding) -> dict[str, Any]:
    origin = finding.origin
    return {
        "control": finding.control,
        "status": str(finding.status),
        "severity": str(finding.severity),
        "resource": finding.resource._asdict(),
        "reason": finding.reason,
        "path": finding.path,
        "value": to_json_value(finding.value),
        "evidence": to_json_value(dict(finding.evidence)),
        "read": {"source": origin.source, "at": origin.read_at, "file": origin.file, "line": origin.line},
        "basis": finding.basis,
    }


def _control(control: Control) -> dict[str, Any]:
    return {
        "control": control.id,
        "title": control.title,
        "severity": str(control.severity),
        "judges": control.resource_type,
        "also_reads": list(control.reads),
        "parameters": {one.name: one.default for one in control.parameters},
        "config_rule": control.config_rule,
        "maps_to": list(control.maps_to),
        "source": control.source,
    }


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """One requirement as JSON values."""
    requirement = outcome.requirement
    return {
        "id": requirement.id,
        "title": requirement.title,
        "answer": str(outcome.answer),
        "controls": list(outcome.controls),
        "counts": {str(status): number for status, number in sorted(outcome.counts.items())},
        "accepted": outcome.accepted,
        **({"remediation": outcome.remediation} if outcome.remediation else {}),
        "nothing_to_judge": list(outcome.silent),
        "not_covered": list(outcome.missing),
        "manual": requirement.manual,
        **({"level": requirement.level} if requirement.level else {}),
    }


def standing_json(standing: Standing) -> dict[str, Any]:
    """One standard as JSON values: scores, and every requirement."""
    standard = standing.standard
    return {
        "standard": standard.slug,
        "name": standard.name,
        "version": standard.version,
        "mapping_of": standard.date,
        "source": standard.source,
        "answers": {str(answer): number for answer, number in standing.by_answer.items()},
        "score": score_json(standing.score),
        "accounts": {account: score_json(score) for account, score in standing.accounts.items()},
        "units": {path: score_json(score) for path, score in standing.units.items()},
        "requirements": [outcome_json(one) for one in standing.outcomes],
    }


def score_json(score: Score) -> dict[str, Any]:
    """A score as JSON values; percent, null where nothing was judged."""
    return {
        "percent": score.controls,
        "sure_percent": score.sure,
        "pairs_percent": score.pairs,
        "controls": {"passed": score.passed, "failed": score.failed, "unknown": score.unknown},
        "pairs": {"passed": score.pairs_passed, "failed": score.pairs_failed, "unknown": score.pairs_unknown},
    }


def render_manifest(files: Mapping[str, bytes], about: Mapping[str, Any]) -> bytes:
    """The manifest of files: path, size, hash and place in the chain of each; ``about`` says who made it, and when."""
    rows, head = [], ORIGIN
    for path in sorted(files):
        digest = hashlib.sha256(files[path]).hexdigest()
        head = _link(head, path, digest)
        rows.append({"path": path, "bytes": len(files[path]), "sha256": digest, "chain": head})
    return _json({"schema": SCHEMA, **about, "files": rows, "head": head})


def _link(before: str, path: str, digest: str) -> str:
    return hashlib.sha256(f"{before}\n{path}\n{digest}".encode()).hexdigest()


def changes(manifest: bytes, files: Mapping[str, bytes]) -> list[str]:
    """Every difference between the manifest and the files, in words; empty when there is none.

    Raises:
        InputError: the manifest is not one, or of a version that is not known.
    """
    document = _manifest(manifest)
    found, head, named = [], ORIGIN, set()
    for row in document["files"]:
        path, digest = str(row["path"]), str(row["sha256"])
        head = _link(head, path, digest)
        named.add(path)
        if head != row["chain"]:
            found.append(f"the manifest's chain is broken at {path}")
            head = str(row["chain"])
        if path not in files:
            found.append(f"{path} is missing")
        elif hashlib.sha256(files[path]).hexdigest() != digest:
            found.append(f"{path} was changed")
    if head != document["head"]:
        found.append("the manifest's head is not the end of its chain")
    return found + [f"{path} was added" for path in sorted(set(files) - named - set(BESIDE))]


def _manifest(data: bytes) -> dict[str, Any]:
    try:
        document = json.loads(data)
        if document["schema"] != SCHEMA:
            text = f"the manifest has schema {document['schema']!r}, this Bastide knows {SCHEMA}"
            raise InputError(text, MANIFEST, "use the Bastide that wrote it")
        for row in document["files"]:
            row["path"], row["sha256"], row["chain"]
        document["head"]
    except (ValueError, KeyError, TypeError) as wrong:
        raise InputError("the manifest cannot be read", MANIFEST, "ask for the pack again") from wrong
    return dict(document)
