"""What files hold, by what stands in them: templates, Terraform's JSON, AWS Config's files.

The one idea: a file that a person named must be readable; of a folder, what is none of these is skipped and told, and
what looks like one but cannot be read is told as not judged. Links are not followed, only regular files are opened,
and everything is bounded: bytes, files, depth.
"""

from __future__ import annotations

import os
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from bastide.errors import InputError, Problem

if TYPE_CHECKING:
    from bastide.declare.templates.template import Note
    from bastide.declare.templates.tree import Map

TEMPLATES, TERRAFORM, RECORDED, ASSEMBLY = "template", "terraform", "config", "assembly"
SUFFIXES = (".yaml", ".yml", ".json", ".template", ".cfn", ".cform", ".cfm", ".tfstate", ".gz")
JSON_SUFFIXES = (".json", ".template", ".tfstate", ".gz")
PASSED_OVER = frozenset({".git", "node_modules", ".venv", "__pycache__", ".bastide", ".tox", ".terraform"})
MAX_FILES = 20_000
MOST_TOLD = 20  # files that are named one by one; a repository's sources are counted
MAX_JSON = 256_000_000  # bytes of Terraform's JSON or a file of AWS Config, inflated
MAX_TEMPLATE = 5_000_000
HEAD = 1_000_000
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
SOURCES = (".tf", ".tf.json", ".tofu")
SHOW = "terraform plan -out plan.bin; terraform show -json plan.bin > plan.json; and name that"
# What a file too large for a template says early when it is one of the others.
LARGE = re.compile(rb'"(?:terraform_version|planned_values|configurationItems|configurationItem|Results)"\s*:')
OTHERS = "a template, Terraform's JSON or a file of AWS Config"


@dataclass
class Inputs:
    """Decoded files by the name that messages call them.

    ``terraform`` holds documents with their bytes (for lines), ``assemblies`` the places that a CDK manifest names for
    templates, ``modules`` the fragments of CloudFormation modules by type; ``notes`` says what was skipped or could not
    be read; ``named`` are the files that the command line names, which must be readable.
    """

    trees: dict[str, Map] = field(default_factory=dict)
    terraform: dict[str, tuple[Any, bytes]] = field(default_factory=dict)
    recorded: dict[str, Any] = field(default_factory=dict)
    assemblies: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    modules: dict[str, Path] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    taken: set[Path] = field(default_factory=set)
    named: set[str] = field(default_factory=set)

    def takes(self, path: Path) -> bool:
        """Whether a file is read for the first time: two of the paths may lead to it."""
        full = path.resolve()
        if full in self.taken:
            return False
        self.taken.add(full)
        return True

    def holds(self, folder: Path) -> bool:
        """Whether a file of a folder is to be judged."""
        full = folder.resolve()
        return any(Path(file).resolve().is_relative_to(full) for file in (*self.trees, *self.terraform, *self.recorded))

    def __len__(self) -> int:
        """How many files are to be judged."""
        return len(self.trees) + len(self.terraform) + len(self.recorded)

    def put(self, path: Path, kind: str, content: Any) -> None:
        """Keep one file."""
        if kind == TEMPLATES:
            self.trees[str(path)] = content
        elif kind == TERRAFORM:
            self.terraform[str(path)] = content
        elif kind == RECORDED:
            self.recorded[str(path)] = content
        elif kind == ASSEMBLY:
            self.assemblies[str(path)] = content


def are_inputs(path: Path) -> bool:
    """Whether a command line that names this path means files to be judged, not an architecture file."""
    from bastide.declare.templates.files import looks_like_template

    if path.is_dir() or path.suffix.lower() in JSON_SUFFIXES:
        return True
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(MAX_TEMPLATE)
    except OSError:
        return False
    return head[:2] == GZIP or head[:4] == ZIP or path.suffix == ".tf" or looks_like_template(head)


def read_inputs(paths: Iterable[Path]) -> Inputs:
    """What the paths name; a folder is walked in sorted order.

    Raises:
        InputError: a named file cannot be read or is none of what is read, or a named folder holds none; all at once.
    """
    found = Inputs()
    problems: list[Problem] = []
    for path in paths:
        if path.is_dir():
            _walk(path, found)
            if not found.holds(path) and not any(note.incomplete for note in found.notes):
                what = f"there is no template in the folder {path}, nor Terraform's JSON or a file of AWS Config"
                problems.append(Problem(what, fix="name another folder"))
            continue
        found.named.add(str(path))
        if not found.takes(path):
            continue
        try:
            kind, content = read_input(path)
            if not kind:
                raise InputError(f"{path} is not a CloudFormation template: it has no Resources", str(path),
                                 f"name {OTHERS}, or an architecture file by itself")  # fmt: skip
            found.put(path, kind, content)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError.of(problems)
    return found


def _walk(folder: Path, found: Inputs) -> None:
    from bastide.declare.templates.template import Note

    count = 0
    others: list[Path] = []
    for place, folders, names in os.walk(folder):
        linked = {one for one in folders if (Path(place) / one).is_symlink()}
        found.notes += [Note(str(Path(place) / one), 0, "skipped: a link to a folder") for one in sorted(linked)]
        folders[:] = sorted(one for one in folders if one not in PASSED_OVER and one not in linked)
        for name in sorted(set(names) - PASSED_OVER):
            count += 1
            if count > MAX_FILES:
                found.notes.append(Note(str(folder), 0, f"more than {MAX_FILES:,} files; the rest was not read", True))
                break
            if not _one_of_many(Path(place) / name, found):
                others.append(Path(place) / name)
        if count > MAX_FILES:
            break
    found.notes += _told(folder, others)


def _told(folder: Path, others: Sequence[Path]) -> list[Note]:
    """What was skipped by its name: each file, or how many of each kind where they are too many to read."""
    from bastide.declare.templates.template import Note

    if len(others) <= MOST_TOLD:
        return [Note(str(path), 0, "skipped: not a template by its name") for path in others]
    kinds = Counter(path.suffix or path.name for path in others)
    most = [f"{number:,} {kind}" for kind, number in kinds.most_common(MOST_TOLD)]
    rest = len(others) - sum(number for _, number in kinds.most_common(MOST_TOLD))
    listed = ", ".join([*most, f"{rest:,} more"] if rest else most)
    return [Note(str(folder), 0, f"skipped: {len(others):,} files that are no templates by their names: {listed}")]


def _one_of_many(path: Path, found: Inputs) -> bool:
    """Read, or note, one file of a folder; False when its name says that it is nothing of what is read."""
    from bastide.declare.templates.template import Note

    if path.is_symlink():  # its file is read where it lies; outside the folder nobody asked for it
        found.notes.append(Note(str(path), 0, "skipped: a link"))
        return True
    if path.name == ".rpdk-config":
        _module(path, found)
        return True
    if path.suffix == ".tf":
        why = "Terraform's language is not read, but terraform show -json is"
        found.notes.append(Note(str(path), 0, f"skipped: {why}"))
    if path.suffix.lower() not in SUFFIXES:
        return path.suffix == ".tf"
    if not found.takes(path):
        return True
    try:
        kind, content = read_input(path)
    except InputError as error:
        serious = _looks_serious(path)
        found.notes.append(Note(str(path), 0, f"{'not read' if serious else 'skipped'}: {error.what}", serious))
        return True
    if kind:
        found.put(path, kind, content)
    else:
        found.notes.append(Note(str(path), 0, "skipped: not a template"))
    return True


def _module(path: Path, found: Inputs) -> None:
    """Keep the fragment of a module's project; what cannot be read is no module, and told where one is used."""
    from bastide.declare.templates.modules import fragment_of

    try:
        config = msgspec.json.decode((_bytes(path) or b"")[:HEAD])
        fragment = fragment_of(config, path.parent)
    except (msgspec.DecodeError, RecursionError, InputError, OSError):
        return
    if fragment is not None:
        found.modules[fragment[0]] = fragment[1]


def _looks_serious(path: Path) -> bool:
    """Whether a file that cannot be read as a whole looks like one that should be, or is too large to say."""
    from bastide.declare.templates.files import looks_like_template

    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(MAX_TEMPLATE)
        if head[:2] == GZIP:
            head = zlib.decompressobj(wbits=31).decompress(head, MAX_TEMPLATE)
    except (OSError, zlib.error):
        return True
    return looks_like_template(head) or LARGE.search(head) is not None or path.suffix == ".tfstate"


def read_input(path: Path) -> tuple[str, Any]:
    """The kind of one file and its decoded content; an empty kind for what is none of those that are read.

    Raises:
        InputError: it cannot be read, is too large, not text, or neither JSON nor YAML; with file and line.
    """
    from bastide.declare.templates.files import is_tree, parse_template, read_template

    if path.name.endswith(SOURCES):
        raise InputError(f"{path} is Terraform's source, which is not read", str(path), SHOW)
    data = _bytes(path)
    if data is None:
        tree = read_template(path)
        return (TEMPLATES, tree) if is_tree(tree) else ("", None)
    kind, content = _recognised(data, str(path))
    if kind:
        return kind, content
    if path.suffix.lower() == ".gz":
        return "", None
    tree = parse_template(data, str(path))
    return (TEMPLATES, tree) if is_tree(tree) else ("", None)


def _bytes(path: Path) -> bytes | None:
    """A file's bytes, inflated; None for what the reader of templates refuses better (missing, too large, a pipe).

    Raises:
        InputError: it cannot be read, or comes to more than 256 MB.
    """
    try:
        if not path.is_file():
            return None
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(HEAD)
            if head[:4] == ZIP:
                fix = (
                    f"terraform show -json {path.name} > plan.json, and name that"
                    if path.suffix != ".zip"
                    else "unpack it"
                )
                raise InputError(f"{path} is not text: it is a zip, as Terraform's binary plans are", str(path), fix)
            if head[:2] == GZIP:
                return _inflated(head + file.read(MAX_JSON), path)
            if size > MAX_JSON or (size > MAX_TEMPLATE and not LARGE.search(head)):
                return None
            return head + file.read()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", fix="give the permission to read it") from error


def _inflated(data: bytes, path: Path) -> bytes:
    made: list[bytes] = []
    length = 0
    try:
        while data:
            one = zlib.decompressobj(wbits=31)
            made.append(one.decompress(data, MAX_JSON + 1 - length))
            length += len(made[-1])
            if length > MAX_JSON or one.unconsumed_tail:
                raise InputError(
                    f"{path} inflates to more than {MAX_JSON:,} bytes", str(path), "is this the right file?"
                )
            if not one.eof:
                raise InputError(f"{path} is a truncated gzip file", str(path), "get the whole file again")
            data = one.unused_data
    except zlib.error as error:
        raise InputError(f"{path} is not a whole gzip file: {error}", str(path), "get the file again") from error
    return b"".join(made)


def _recognised(data: bytes, file: str) -> tuple[str, Any]:
    """Kind and content of JSON that is no template; an empty kind for everything else."""
    from bastide.collect.recorded import is_recorded
    from bastide.declare.templates.assembly import is_assembly
    from bastide.declare.terraform import is_terraform

    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):  # what PowerShell writes
        data = data.decode("utf-16", "replace").encode()
    data = data.removeprefix(b"\xef\xbb\xbf")
    if data.startswith(b'{"@level"'):
        raise InputError(f"{file} is what terraform plan -json prints, which tells no values", file, SHOW)
    if data.lstrip()[:1] not in (b"{", b"["):
        return "", None
    try:
        document = msgspec.json.decode(data)
    except RecursionError as error:
        raise InputError("values are nested too deeply", file, "is this the right file?") from error
    except msgspec.DecodeError as error:
        if LARGE.search(data[:HEAD]):
            raise InputError(f"this is not JSON: {str(error).lower()}", file, "get the whole file again") from error
        return "", None
    if is_terraform(document):
        return TERRAFORM, (document, data)
    if is_recorded(document):
        return RECORDED, document
    return (ASSEMBLY, document) if is_assembly(document) else ("", None)
