"""``cfn-guard``, where it is installed: judges a policy that Bastide does not translate.

The one idea: it is run as a program of its own on two files, without a shell and for a limited time; whatever it says
that is not understood is UNKNOWN, never a pass.
Source: aws-cloudformation/cloudformation-guard, README.md, "validate" and "Exit codes"; guard/README.md.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from bastide.guard import Answer, Note
from bastide.model import Status
from bastide.standards.custom_policy import External

PROGRAM = "cfn-guard"
SECONDS = 20
JUDGED = (0, 5, 19)  # all pass; a rule fails (5 before version 3, where it also means an error)
STATUSES = {"PASS": Status.PASS, "FAIL": Status.FAIL, "SKIP": Status.NOT_APPLICABLE}


def installed() -> External | None:
    """What asks ``cfn-guard``; None when it is not on the path."""
    program = shutil.which(PROGRAM)
    return (lambda policy, document: ask(program, policy, document)) if program else None


def ask(program: str, policy: str, document: Mapping[str, Any], seconds: float = SECONDS) -> Answer:
    """What the program says of a policy on a document; UNKNOWN, with the reason, when it does not say."""
    with TemporaryDirectory(prefix="bastide-guard-") as folder:
        rules, data = Path(folder) / "policy.guard", Path(folder) / "item.json"
        rules.write_text(policy, encoding="utf-8")
        data.write_bytes(msgspec.json.encode(document, enc_hook=str))
        given = [program, "validate", "--rules", str(rules), "--data", str(data), "--output-format", "json",
                 "--show-summary", "none"]  # fmt: skip
        try:
            done = subprocess.run(given, capture_output=True, timeout=seconds, check=False, cwd=folder)
        except subprocess.TimeoutExpired:
            return _unknown(f"{PROGRAM} took more than {seconds:g} seconds")
        except OSError as error:
            return _unknown(f"{PROGRAM} could not be run: {error.strerror}")
    return parse_report(done.returncode, done.stdout, done.stderr)


def parse_report(code: int, output: bytes, errors: bytes) -> Answer:
    """The answer that the program's exit code and JSON give together; they have to agree."""
    told = errors.decode("utf-8", "replace").strip().splitlines()
    if code not in JUDGED:
        return _unknown(f"{PROGRAM} ended with {code}: {told[-1] if told else 'it said nothing'}")
    try:
        found = msgspec.json.decode(output)
    except msgspec.DecodeError:
        return _unknown(f"{PROGRAM} ended with {code} and wrote no JSON: {told[-1] if told else 'it said nothing'}")
    found = found[0] if isinstance(found, list) and len(found) == 1 else found
    status = STATUSES.get(str(found.get("status"))) if isinstance(found, Mapping) else None
    if status is None:
        return _unknown(f"{PROGRAM} wrote no status")
    if (status is Status.FAIL) is (code == 0):
        return _unknown(f"{PROGRAM} ended with {code} and wrote {found['status']}")
    names = [one.get("Rule", one).get("name", "") for one in found.get("not_compliant") or () if isinstance(one, dict)]
    reason = f"{PROGRAM}: {', '.join(sorted(map(str, names)))} failed" if names else f"{PROGRAM} says so"
    return Answer(status, () if status is not Status.FAIL else (Note(1, "", (), reason),))


def _unknown(reason: str) -> Answer:
    return Answer(Status.UNKNOWN, (Note(1, "", (), reason),))
