"""Terraform documents as an Estate: entries become resources, and parts are laid into the resources they belong to.

The one idea: what is made here is what the template reader makes (``Declared``), so that policies are folded into their
holders, and rules and bucket policies of what is not there get stand-ins, by the same code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bastide.declare.shaping.converters import joined
from bastide.declare.templates.estate import Reading, resources_of
from bastide.declare.templates.fold import Owners, fold
from bastide.declare.templates.identity import Identity, default_group
from bastide.declare.templates.registry import folder, primary_identifier, shaped
from bastide.declare.templates.scope import Settings
from bastide.declare.templates.template import Declared, Note
from bastide.declare.terraform.document import Document, Entry, Lines, parse_document
from bastide.declare.terraform.expand import EXPANSIONS
from bastide.declare.terraform.overlay import BUILT, overlaid
from bastide.declare.terraform.place import Account, account_of, identified, provided
from bastide.declare.terraform.policy_document import policy_of
from bastide.declare.terraform.references import References, Target
from bastide.declare.terraform.tables import shaping_of, table_of
from bastide.errors import InputError
from bastide.model import Unknown, Value

NAMES = frozenset({
    "id", "bucket", "name", "key_id", "function_name", "identifier", "cluster_identifier", "repository", "url",
    "table_name", "zone_id", "role", "user", "group", "name_prefix", "endpoint_id", "domain_name", "stage_name",
})  # fmt: skip
LONGEST_NAME = 512
# Lists whose elements several resources make together, and what tells which element is meant.
KEYED = {"Listeners": "LoadBalancerPort"}
DOCUMENT = "aws_iam_policy_document"
# What a resource is called, or said to be, is often a text around the name of another one.
OWN_NAMES: Mapping[str, frozenset[str]] = {
    "": frozenset({"name", "description", "identifier", "comment", "display_name", "domain", "message"}),
    "aws_s3_bucket": frozenset({"bucket"}),
}


@dataclass(frozen=True)
class Part:
    """What belongs into a resource: its type, the values that name it, and the properties to lay there."""

    type: str
    name: Value
    properties: Mapping[str, Value]
    declared: Declared
    file: str


def estate_of_terraform(documents: Mapping[str, tuple[Any, bytes]], settings: Settings) -> Reading:
    """The estate that Terraform documents (decoded and as bytes, by file name) hold together.

    Raises:
        InputError: a document is not in a form or version that is read, or cfn-lint, whose schemas say what shape
            resources have, is not installed.
    """
    if folder() is None:
        raise InputError(
            "Terraform is read with cfn-lint's schemas, which are not here", fix="install bastide[templates]"
        )
    kept: list[tuple[str, Declared]] = []
    parts: list[Part] = []
    notes: list[Note] = []
    skipped: Counter[str] = Counter()
    for file in sorted(documents):
        document, data = documents[file]
        reader = _Reader(parse_document(document, file), Lines(data), file, settings)
        for made in reader.made():
            if isinstance(made, Part):
                parts.append(made)
            else:
                kept.append((file, made))
        notes += reader.notes
        skipped += reader.skipped
    owners = Owners([one for _, one in kept], settings)
    for part in parts:
        _lay(part, owners, kept)
    stand_ins = [*owners.made, *fold([one for _, one in kept], settings)]
    homes = {(one.logical, one.line): file for file, one in kept} | {
        (part.declared.logical, part.declared.line): part.file for part in parts
    }
    kept += [(homes[one.logical, one.line], one) for one in stand_ins]
    return replace(
        resources_of([(file, file, one) for file, one in kept], settings),
        notes=tuple(sorted(set(notes), key=lambda note: (note.file, note.line, note.text))),
        files=tuple(sorted(documents)),
        skipped=dict(sorted(skipped.items())),
    )


class _Reader:
    """One document: its entries as declared resources and parts."""

    def __init__(self, document: Document, lines: Lines, file: str, settings: Settings) -> None:
        self.document, self.lines, self.file = document, lines, file
        self.references = References(document)
        self.place: Account = account_of(document, settings)
        self.notes = [Note(file, 0, doubt, incomplete=True) for doubt in document.doubts]
        self.skipped: Counter[str] = Counter()
        self._identities: dict[str, Identity] = {}
        self._values: dict[str, dict[str, Any]] = {}
        self._busy: set[str] = set()

    def made(self) -> Iterator[Declared | Part]:
        """Resources and parts, in the document's order; what is not read is counted and noted once a type."""
        first: dict[str, Entry] = {}
        for entry in self.document.entries:
            if entry.mode != "managed":
                continue
            if table_of(entry.type) is None:
                first.setdefault(entry.type, entry)
                self.skipped[entry.type] += 1
                continue
            yield from self._expanded(entry)
        for kind, entry in first.items():
            more = f" (and {self.skipped[kind] - 1} more)" if self.skipped[kind] > 1 else ""
            text = f"{entry.address}{more}: {kind} is not a type that is read, and was not judged"
            self.notes.append(Note(self.file, self.lines.of(entry), text))

    def _expanded(self, entry: Entry) -> Iterator[Declared | Part]:
        table = table_of(entry.type)
        if table is None:
            return
        values = self.values(entry)
        if not table.expand:
            yield self._one(entry, entry.type, values, "")
            return
        how, *arguments = table.expand
        me = self.identity(entry).ref
        for number, (name, inner) in enumerate(EXPANSIONS[how](entry.type, values, me, *arguments)):
            yield self._one(entry, name, inner, f"#{number}" if number else "")

    def _one(self, entry: Entry, name: str, values: Mapping[str, Any], suffix: str) -> Declared | Part:
        table = table_of(name)
        assert table is not None
        properties, complaints = shaped(table.type, shaping_of(name).properties(values))
        line = self.lines.of(entry)
        for path, what in complaints:
            self.notes.append(Note(self.file, line, f"{entry.address} {path}: {what}", incomplete=True))
        if table.part:
            named = [values.get(one) for one in table.by]
            unread = next((one for one in named if isinstance(one, Unknown)), None)
            owner = unread if unread is not None else "|".join(str(one) for one in named)
            declared = Declared(
                entry.type, entry.address, line, Identity("", "", "", "", self.place.account), dict(properties)
            )
            return Part(table.type, owner, properties, declared, self.file)
        identity = self.identity(entry) if not suffix else identified(
            table.type, entry.address + suffix, self.file, properties, {}, self.placed(entry), entry
        )  # fmt: skip
        return Declared(table.type, entry.address, line, identity, dict(properties))

    def placed(self, entry: Entry) -> Account:
        """Account and region of an entry's provider."""
        return provided(self.place, self.document, self.references.resource(entry))

    def identity(self, entry: Entry) -> Identity:
        """Who an entry is: what its known values say, else a provisional identity."""
        known = self._identities.get(entry.address)
        if known is None:
            table = table_of(entry.type)
            kind = table.type if table else entry.type
            properties: Mapping[str, Value] = {}
            if table is not None and not table.part:
                # Names are plain and short; the rest is not needed to know who it is.
                several = len(primary_identifier(kind)) > 1  # of which some are the names of other resources
                told = self.values(entry) if several else entry.values
                plain = {key: one for key, one in told.items() if type(one) is int or _is_short(one)}
                properties = shaping_of(entry.type).properties(plain)
            known = identified(kind, entry.address, self.file, properties, entry.values, self.placed(entry), entry)
            self._identities[entry.address] = known
        return known

    def values(self, entry: Entry) -> dict[str, Any]:
        """An entry's values, with references resolved and the rest Unknown."""
        if entry.address not in self._values:
            if entry.address in self._busy:
                return dict(entry.values)
            self._busy.add(entry.address)
            configured = self.references.resource(entry)
            # Terraform leaves the key out of a resource that sets nothing.
            expressions = configured.get("expressions", {} if "schema_version" in configured else None)
            self._values[entry.address] = overlaid(
                entry.values, entry.unknown, entry.sensitive, expressions if isinstance(expressions, Mapping) else None,
                lambda expression, name: self.resolved(expression, name, entry),
            )  # fmt: skip
            self._busy.discard(entry.address)
        return self._values[entry.address]

    def resolved(self, expression: Any, name: str, entry: Entry) -> Value:
        """What an expression comes to; None when that is not told."""
        found = [one and self._meaning(one, name, entry) for one in self.references.targets(expression, entry)]
        if not found or any(one is None for one in found):
            return None
        if all(one == found[0] for one in found):
            return found[0]
        return found if all(isinstance(one, str) for one in found) else None

    def _meaning(self, target: Target, name: str, entry: Entry) -> Value:
        """The value of a reference in the attribute ``name`` of an entry; None when it may be a part of a text."""
        if target.entry.type == DOCUMENT:
            return policy_of(self.values(target.entry)) if target.attribute in ("json", "minified_json") else None
        table = table_of(entry.type)
        names_itself = name in OWN_NAMES.get(entry.type, OWN_NAMES[""]) and not (table and table.part)
        if BUILT.search(name) or names_itself or target.entry.mode != "managed":
            return None
        if target.attribute == "default_security_group_id":
            return default_group(self.identity(target.entry).ref)
        if target.attribute == "arn":
            return self.identity(target.entry).arn or None
        if target.attribute in NAMES:
            stated = target.entry.values.get(target.attribute)
            return stated if isinstance(stated, str) and stated else self.identity(target.entry).ref
        found = self.values(target.entry).get(target.attribute)
        return found if isinstance(found, str) else None


def _is_short(value: Value) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_NAME


def _lay(part: Part, owners: Owners, kept: list[tuple[str, Declared]]) -> None:
    """Lay a part into its owner; where that is not known, every resource that it may belong to is in doubt."""
    if isinstance(part.name, Unknown):
        for _, one in kept:
            if one.type == part.type and not one.stands_in:
                for name in part.properties:
                    if one.properties.get(name) is None:
                        reason = f"{part.declared.logical} may belong to it: {part.name.reason}"
                        one.properties[name] = Unknown(reason)
    name_of_owner = part.name
    if isinstance(name_of_owner, Unknown):
        name_of_owner = Unknown(f"what {part.declared.logical} belongs to is not in the templates: {part.name.reason}")
    owner = owners.find(part.type, name_of_owner, part.declared, "part")
    for name, value in part.properties.items():
        there = owner.properties.get(name)
        if isinstance(there, Unknown) and not (isinstance(value, list) and not owner.stands_in):
            there = None
        owner.properties[name] = _added(there, value, KEYED[name]) if name in KEYED else joined(there, value)
        owner.places[name] = part.declared.line


def _added(there: Value, value: Value, key: str) -> Value:
    """A list whose elements hold what new ones with the same ``key`` say too; new ones without such are no elements."""
    if not (isinstance(there, list) and isinstance(value, list)):
        return joined(there, value)
    new = {str(one.get(key)): one for one in value if isinstance(one, Mapping)}
    return [joined(one, new.get(str(one.get(key)), {})) if isinstance(one, Mapping) else one for one in there]
