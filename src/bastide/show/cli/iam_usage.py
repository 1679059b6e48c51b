"""A record of which principals used which actions, as people export it from logs: CSV or JSON.

CSV has a header with ``principal`` and ``action``, and if known ``resource``, ``region``, and condition keys by name
(``aws:SourceIp``); other columns are ignored. JSON is a list of such objects (``action`` may be a list), or an object
from ARN to a list of actions. Sessions count for their role.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bastide.errors import InputError

if TYPE_CHECKING:
    from bastide.model import Estate
    from bastide.prove.what_if import Use

REGION = "aws:RequestedRegion"


def read_usage(path: Path, estate: Estate) -> tuple[dict[str, list[Use]], tuple[str, ...]]:
    """What each principal of the estate used, by ARN; and principals that the estate does not have.

    Raises:
        InputError: the file cannot be read, or a line of it has no principal or action.
    """
    from bastide.iam.caller_text import parse_principal
    from bastide.iam.estate import Policies

    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    index = Policies(estate)
    found: dict[str, list[Use]] = {}
    unknown: dict[str, None] = {}
    for where, row in _rows(text, path):
        name, use = _use(row, where)
        try:
            identity = index.identity_of(parse_principal(name))
        except InputError as error:
            raise InputError(error.what, where, "write the ARN of a user, a role or a session") from error
        if identity is None:
            unknown[name] = None
        else:
            found.setdefault(identity.resource.arn, []).append(use)
    return found, tuple(unknown)


def _rows(text: str, path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if text.lstrip()[:1] not in ("[", "{"):
        reader = csv.DictReader(text.splitlines())
        missing = {"principal", "action"} - set(reader.fieldnames or ())
        if missing:
            raise InputError(
                f"the header lacks {' and '.join(sorted(missing))}", str(path), "begin with a line principal,action"
            )
        yield from ((f"{path}:{reader.line_num}", row) for row in reader)
        return
    try:
        value = json.loads(text)
    except ValueError as error:
        raise InputError(f"not JSON: {error}", str(path)) from error
    rows = [{"principal": arn, "action": used} for arn, used in value.items()] if isinstance(value, dict) else value
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            raise InputError("a use is an object with principal and action", f"{path} [{number}]")
        yield f"{path} [{number}]", row


def _use(row: Mapping[str, Any], where: str) -> tuple[str, Use]:
    from bastide.prove.what_if import Use

    actions = row.get("action")
    named = [actions] if isinstance(actions, str) else actions
    principal = row.get("principal")
    if not isinstance(principal, str) or not principal or not isinstance(named, list) or not named:
        raise InputError("a use names a principal and an action", where)
    wrong = [one for one in named if not isinstance(one, str) or ":" not in one]
    if wrong:
        raise InputError(f"not an action: {wrong[0]!r}", where, "write service:Action, such as s3:GetObject")
    context = {key: value for key, value in row.items() if isinstance(key, str) and ":" in key and value}
    context |= {REGION: row["region"]} if row.get("region") else {}
    return principal, Use(tuple(named), str(row.get("resource") or ""), tuple((k, str(v)) for k, v in context.items()))
