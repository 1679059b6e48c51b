"""Which files are templates, and their trees: one file, many, or a folder of mixed things.

The one idea: a file that a person named must be a template; of a folder, what is none is skipped and told, and what
looks like one but cannot be read is told as not judged. Only regular files are opened, and none that is too large.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bastide.declare.templates.json_text import parse_json
from bastide.declare.templates.template import Note
from bastide.declare.templates.tree import MAX_BYTES, Map
from bastide.declare.templates.yaml_text import parse_yaml
from bastide.errors import InputError, Problem

SUFFIXES = (".yaml", ".yml", ".json", ".template", ".cfn", ".cform", ".cfm")
PASSED_OVER = frozenset({".git", "node_modules", ".venv", "__pycache__", ".bastide", ".tox", ".terraform"})
MAX_FILES = 20_000
LOOKS_LIKE = re.compile(r"""^\s*["']?(?:AWSTemplateFormatVersion|Resources|Transform)["']?\s*:""", re.MULTILINE)
INLINE = re.compile(r"""[{,]\s*"(?:AWSTemplateFormatVersion|Resources)"\s*:""")


@dataclass
class Files:
    """Templates by the name that messages call them; ``notes`` says what was skipped or could not be read."""

    trees: dict[str, Map] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def is_template(path: Path) -> bool:
    """Whether a command line that names this path means templates: a folder, or a file that looks like one."""
    if path.is_dir():
        return True
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(MAX_BYTES)
    except OSError:
        return False
    return looks_like_template(head) or path.suffix in (".json", ".template")


def looks_like_template(data: bytes) -> bool:
    """Whether text names a section that only templates have."""
    text = data.decode("utf-8", "replace")
    return bool(LOOKS_LIKE.search(text) or INLINE.search(text))


def read_files(paths: Iterable[Path]) -> Files:
    """The templates that paths name; a folder is walked in sorted order, links are not followed.

    Raises:
        InputError: a named file cannot be read or is no template, or a named folder holds none; all of them at once.
    """
    found = Files()
    problems: list[Problem] = []
    for path in paths:
        if path.is_dir():
            before = len(found.trees)
            _walk(path, found)
            if len(found.trees) == before and not any(note.incomplete for note in found.notes):
                problems.append(Problem(f"there is no template in the folder {path}", fix="name another folder"))
            continue
        try:
            tree = read_template(path)
            if not is_tree(tree):
                raise InputError(f"{path} is not a CloudFormation template: it has no Resources", str(path),
                                 "name a template, or an architecture file by itself")  # fmt: skip
            found.trees[str(path)] = tree
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError.of(problems)
    return found


def _walk(folder: Path, found: Files) -> None:
    count = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if one not in PASSED_OVER)
        for name in sorted(names):
            count += 1
            path = Path(place) / name
            if count > MAX_FILES:
                found.notes.append(Note(str(folder), 0, f"more than {MAX_FILES:,} files; the rest was not read", True))
                return
            _one_of_many(path, found)


def _one_of_many(path: Path, found: Files) -> None:
    if path.suffix.lower() not in SUFFIXES:
        found.notes.append(Note(str(path), 0, "skipped: not a template by its name"))
        return
    try:
        tree = read_template(path)
    except InputError as error:
        serious = is_template_text(path)
        found.notes.append(Note(str(path), 0, f"{'not read' if serious else 'skipped'}: {error.what}", serious))
        return
    if is_tree(tree):
        found.trees[str(path)] = tree
    else:
        found.notes.append(Note(str(path), 0, "skipped: not a template"))


def is_template_text(path: Path) -> bool:
    """Whether a file that cannot be read as a whole looks like a template, or is too large to say."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return looks_like_template(file.read(MAX_BYTES))
    except OSError:
        return True


def is_tree(tree: Any) -> bool:
    """Whether a tree is a template: Resources is a mapping of things that have a type (or of loops)."""
    if not isinstance(tree, Map):
        return False
    resources = tree.get("Resources")
    if not isinstance(resources, Map):
        return "AWSTemplateFormatVersion" in tree and "Resources" in tree
    return "AWSTemplateFormatVersion" in tree or not resources or any(
        isinstance(body, list) or (isinstance(body, Map) and isinstance(body.get("Type"), str))
        for body in resources.values()
    )  # fmt: skip


def read_template(path: Path) -> Any:
    """The tree of one file.

    Raises:
        InputError: it cannot be read, is too large, not text, or neither JSON nor YAML; with file and line.
    """
    try:
        if not path.exists():
            raise InputError(f"there is no file {path}", fix="name a template, or a folder of them")
        if not path.is_file():
            raise InputError(f"{path} is not a regular file", fix="name a template")
        size = path.stat().st_size
        if size > MAX_BYTES:
            fix = "CloudFormation takes templates of at most 1 MB; is this the right file?"
            raise InputError(f"{path} has {size:,} bytes", str(path), fix)
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", fix="give the permission to read it") from error
    return parse_template(data, str(path))


def parse_template(data: bytes, file: str) -> Any:
    """The tree of a template's bytes.

    Raises:
        InputError: see ``read_template``.
    """
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is not text (byte {error.start})", file, "save it as UTF-8") from error
    if "\x00" in text:
        raise InputError(f"{file} is not text: it holds a NUL character", file, "save it as UTF-8")
    if text.lstrip()[:1] == "{":
        try:
            return parse_json(text, file)
        except InputError:
            if not re.match(r"\s*\{[^\"\n]*\w+\s*:", text):
                raise
    return parse_yaml(text, file)
