"""``bastide iam diff``: what a new policy, or set of SCPs, allows that the old one did not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bastide.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bastide.model import PolicyDocument
    from bastide.prove.difference import Difference
    from bastide.prove.symbolic import Example

GATE_HIT = 1
INCOMPLETE = 3


def command(
    old: Annotated[Path, typer.Argument(help="The policy as it was: a JSON document, a list of them, or a folder.")],
    new: Annotated[Path, typer.Argument(help="The policy as it shall be.")],
    kind: Annotated[str, typer.Option(help="What it is: identity, scp or resource.")] = "identity",
    fail_on_broader: Annotated[
        bool,
        typer.Option("--fail-on-broader", help="Exit with 1 when the new one allows more, 3 when that is not known."),
    ] = False,
    output: Annotated[str, typer.Option("-o", "--output", help="table or json.")] = "table",
) -> None:
    """Show example requests that only the new policy allows, and such that only the old one did."""
    from bastide.prove.difference import KINDS, difference

    if kind not in KINDS:
        raise InputError(f"{kind!r} is no kind of policy", fix=f"use {', '.join(KINDS)}")
    if output not in ("table", "json"):
        raise InputError(f"{output!r} is not a format of iam diff", fix="use table or json")
    found = difference((read_policies(old),), (read_policies(new),), kind)
    typer.echo(json.dumps(_as_json(found), indent=2) if output == "json" else _as_text(found))
    if fail_on_broader:
        raise typer.Exit(GATE_HIT if found.more else INCOMPLETE if found.undecided else 0)


def read_policies(path: Path) -> tuple[PolicyDocument, ...]:
    """The policies in a file (one document, or a JSON list of documents) or in all ``.json`` files of a folder.

    Raises:
        InputError: it cannot be read, holds no policy, or one that is wrong.
    """
    from bastide.iam.parse import parse_policy

    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise InputError(f"{path} holds no .json file")
    found: list[PolicyDocument] = []
    for file in files:
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{file} cannot be read: {error}") from error
        if text.lstrip().startswith("["):
            found += [parse_policy(each, where=str(file)) for each in _listed(text, file)]
        else:
            found.append(parse_policy(text, where=str(file)))
    return tuple(found)


def _listed(text: str, file: Path) -> Sequence[Mapping[str, object]]:
    from bastide.iam.json_text import parse_json_text

    documents, _ = parse_json_text(text, str(file))
    if not documents or not all(isinstance(one, dict) for one in documents):
        raise InputError("a list of policies holds objects only, at least one", str(file))
    return documents  # type: ignore[no-any-return]


def _as_text(found: Difference) -> str:
    from bastide.prove.difference import in_words

    if found.is_equal:
        return "Both allow exactly the same requests."
    lines: list[str] = []
    for title, examples in (("Only the new one allows:", found.more), ("Only the old one allowed:", found.less)):
        if examples:
            lines += [title, *(f"  {in_words(example)}" for example in examples)]
    if not found.more and not found.undecided:
        lines.append("The new one allows nothing that the old one did not.")
    if not found.less and not found.undecided:
        lines.append("The new one allows everything that the old one did.")
    return "\n".join([*lines, *(f"Not decided: {why}" for why in found.undecided)])


def _as_json(found: Difference) -> dict[str, object]:
    return {
        "schema": "bastide.iam-diff/1",
        "broader": bool(found.more),
        "narrower": bool(found.less),
        "more": [example_json(one) for one in found.more],
        "less": [example_json(one) for one in found.less],
        "undecided": list(found.undecided),
    }


def example_json(example: Example) -> dict[str, object]:
    """An example request as JSON values."""
    return {
        "action": example.action,
        "resource": example.resource,
        "context": {key: list(values) for key, values in sorted(example.keys.items()) if not key.startswith("@")},
        "caller": {key[1:]: values[0] for key, values in sorted(example.keys.items()) if key.startswith("@")},
        "documented": example.documented,
        "plausible": example.plausible,
    }
