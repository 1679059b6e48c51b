"""Files of controls of one's own → Controls like the shipped ones, with every problem and its line.

The one idea: a control that does not do what its examples say is not taken. So a file is read, checked against the
registry's schema, compiled, and its cases are run before anything else sees it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bastide.controls.control import Control
from bastide.declare.own_controls.decision import Expression, decision
from bastide.declare.own_controls.examples import contradicted
from bastide.declare.own_controls.expression import ELEMENT
from bastide.declare.own_controls.guard_file import SUFFIX, guard_controls
from bastide.declare.own_controls.shapes import SCHEMA, Case, File, OwnControl
from bastide.declare.own_controls.vocabulary import wrong_example, wrong_type, wrong_words
from bastide.declare.regular import require_regular
from bastide.declare.source import Document, KeyPath, parse
from bastide.errors import InputError, Problem
from bastide.model import Severity

KEYS = ("schema", "controls", *OwnControl.model_fields, *Case.model_fields)
SUFFIXES = (".yaml", ".yml", SUFFIX)
MAX_FILES = 1_000


def read_controls(paths: Iterable[Path]) -> tuple[Control, ...]:
    """The controls of files and folders (their YAML and Guard files, sorted), sorted by id.

    Raises:
        InputError: a file cannot be read, or a control is wrong or contradicts its cases; all problems at once.
    """
    found: dict[str, Control] = {}
    problems: list[Problem] = []
    for path in _files(paths):
        data = _bytes(path)
        if not data.strip():
            problems.append(Problem("the file of controls is empty", str(path), "docs/own-controls.md has one to copy"))
            continue
        for control, where in _controls_of(path, data, problems):
            if control.id in found:
                problems.append(Problem(f"there are two controls {control.id}", where, "give one of them another id"))
            found[control.id] = control
    if problems:
        raise InputError.of(problems)
    return tuple(found[name] for name in sorted(found))


def _controls_of(path: Path, data: bytes, problems: list[Problem]) -> Iterator[tuple[Control, str]]:
    """The controls of one file, each with its place; what is wrong is added to ``problems``."""
    try:
        if path.suffix == SUFFIX:
            made = guard_controls(path, data.decode("utf-8", "replace"))
            yield from ((one, one.source) for one in made)
            return
        document = parse(data, str(path))
    except InputError as error:
        problems += error.problems
        return
    yield from _controls(document, problems)


def _files(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.suffix in SUFFIXES and one.is_file())
            if not inside:
                raise InputError(f"there are no controls in {path}", fix="a control's file ends in .yaml or .guard")
            found += inside
        else:
            found.append(path)
    if len(found) > MAX_FILES:
        raise InputError(f"{len(found)} files of controls", fix=f"name a folder with at most {MAX_FILES}")
    return found


def _bytes(path: Path) -> bytes:
    try:
        require_regular(path)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"there is no file {path}", fix="name a YAML file of controls, or a folder") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error


def _controls(document: Document, problems: list[Problem]) -> Iterator[tuple[Control, str]]:
    try:
        file = File.model_validate(document.value)
    except ValidationError as error:
        items = error.errors(include_url=False)
        # That no control was left is pydantic's echo of what is wrong inside them.
        deeper = [item for item in items if item["loc"] != ("controls",)]
        problems += [_problem(item, document) for item in deeper or items]
        return
    for index, own in enumerate(file.controls):
        at: KeyPath = ("controls", index)
        before = len(problems)
        checks = _compiled(own, at, document, problems)
        if len(problems) > before or checks is None:
            continue
        control = _control(own, *checks)
        problems += contradicted(control, own.cases, (*at, "cases"), document)
        yield control, document.where((*at, "id"))


def _problem(item: Any, document: Document) -> Problem:
    path = tuple(part for part in item["loc"] if part != "[key]")
    key = str(path[-1]) if path else "the file"
    if item["type"] == "extra_forbidden":
        near = get_close_matches(key, KEYS, n=1)
        fix = f"did you mean {near[0]}?" if near else "see docs/own-controls.md"
        return Problem(f"unknown key {key!r}", document.where(path), fix)
    if item["type"] == "missing":
        fix = f"write {key}: {SCHEMA}" if key == "schema" else f"add {key}"
        return Problem(f"the key {key!r} is missing", document.where(path[:-1]), fix)
    return Problem(f"{key}: {item['msg'][0].lower()}{item['msg'][1:]}", document.where(path))


def _compiled(
    own: OwnControl, at: KeyPath, document: Document, problems: list[Problem]
) -> tuple[Expression, Expression | None] | None:
    """``check`` and ``when``, compiled; what is wrong with them is added to ``problems``."""
    kinds = list(wrong_type(own.resource_type))
    problems += [Problem(one.what, document.where((*at, "resource_type")), one.fix) for one in kinds]
    statuses = {case.status for case in own.cases}
    for wanted in ("PASS", "FAIL"):
        if wanted not in statuses:
            problems.append(Problem(f"{own.id} has no example that gives {wanted}", document.where((*at, "cases")),
                                    "add a case: name, status, properties"))  # fmt: skip
    problems += [] if kinds else _wrong_examples(own, at, document)
    compiled: list[Expression | None] = []
    for key, text in (("check", own.check), ("when", own.when)):
        compiled.append(None)
        if text is None:
            continue
        try:
            compiled[-1] = expression = Expression.of(text)
        except ValueError as error:
            problems.append(Problem(f"{key} is not CEL: {_first(error)}", document.where((*at, key))))
            continue
        wrong = () if kinds else wrong_words(expression, own.resource_type)
        problems += [Problem(one.what, document.where((*at, key)), one.fix) for one in dict.fromkeys(wrong)]
    check, when = compiled
    return (check, when) if check is not None else None


def _wrong_examples(own: OwnControl, at: KeyPath, document: Document) -> Iterator[Problem]:
    """What examples have that no resource could have: they would prove nothing."""
    for index, case in enumerate(own.cases):
        wrong = list(wrong_example(own.resource_type, case.properties))
        for one in case.beside:
            wrong += list(wrong_type(one.type)) or wrong_example(one.type, one.properties)
        for found in dict.fromkeys(wrong):
            yield Problem(found.what, document.where((*at, "cases", index)), found.fix)


def _first(error: ValueError) -> str:
    return str(error).splitlines()[0].rpartition("ERROR: <input>:")[2] or "it is empty"


def _control(own: OwnControl, check: Expression, when: Expression | None) -> Control:
    kinds = {kind for one in (check, when) if one for kind, _ in one.reading.related}
    return Control(
        id=own.id,
        title=own.title,
        resource_type=own.resource_type,
        severity=Severity.parse(own.severity),
        maps_to=own.maps_to,
        source=own.source,
        remediation=own.remediation,
        decide=decision(check, when, own.message),
        relational=True,
        reads=tuple(sorted(kinds)),
        properties=_properties_read(check, when),
    )


def _properties_read(check: Expression, when: Expression | None) -> tuple[str, ...]:
    """The property paths that are read, as controls say them; none where all properties are read as one."""
    expressions = [one for one in (check, when) if one]
    paths = {tuple("*" if part == ELEMENT else part for part in path) for one in expressions for path in one.properties}
    named = {reference.path[:2] for one in expressions for reference in one.reading.references}
    if any("tags" in one.roots for one in expressions) or named & {("resource",), ("resource", "name")}:
        paths.add(("Tags",))  # a resource's name is its Name tag
    return () if () in paths else tuple(sorted(".".join(path) for path in paths))
