"""What a template's file holds: whether it looks like one, and its tree.

Only regular files are opened, and none that is too large. Which files of a folder are read is ``show/inputs``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from bastide.declare.templates.json_text import parse_json
from bastide.declare.templates.tree import MAX_BYTES, Map
from bastide.declare.templates.yaml_text import parse_yaml
from bastide.errors import InputError

LOOKS_LIKE = re.compile(r"""^\s*["']?(?:AWSTemplateFormatVersion|Resources|Transform)["']?\s*:""", re.MULTILINE)
INLINE = re.compile(r"""[{,]\s*"(?:AWSTemplateFormatVersion|Resources)"\s*:""")


def looks_like_template(data: bytes) -> bool:
    """Whether text names a section that only templates have."""
    text = data.decode(encoding_of(data), "replace")
    return bool(LOOKS_LIKE.search(text) or INLINE.search(text))


def encoding_of(data: bytes) -> str:
    """UTF-16 where a mark says so, as PowerShell writes it, else UTF-8."""
    return "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


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
    try:
        text = data.decode(encoding_of(data))
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
