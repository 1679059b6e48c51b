"""One template as a stack: its sections, what its names mean, and the resources that it comes to.

The one idea: everything is decided when it is asked for and remembered; what is being asked for already is a circle,
and therefore Unknown. A resource whose condition does not hold is absent; one whose condition is not known is there,
with the reason (``Declared.doubt``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bastide.declare.templates.circles import circle_text, circles
from bastide.declare.templates.deployments import with_stages
from bastide.declare.templates.evaluate import NO_VALUE, Evaluator, Places, as_text
from bastide.declare.templates.identity import VERSIONS, Identity, default_group, identify
from bastide.declare.templates.loops import Loops
from bastide.declare.templates.modules import SUFFIX, split_reference
from bastide.declare.templates.registry import primary_identifier, shaped
from bastide.declare.templates.sam import rewrite
from bastide.declare.templates.scope import PLACE, PSEUDO, Settings, parameter_values, place_given, pseudo
from bastide.declare.templates.tree import Map
from bastide.model import Unknown, Value

SECTIONS = ("Parameters", "Mappings", "Conditions", "Resources", "Outputs")
STACK = "AWS::CloudFormation::Stack"
RUN_HERE = ("AWS::LanguageExtensions", "AWS::Serverless-2016-10-31")
MISSING = object()


@dataclass(frozen=True)
class Note:
    """Something that a reader of the result should know of a file; ``incomplete`` when part of it was not judged."""

    file: str
    line: int
    text: str
    incomplete: bool = False

    def __str__(self) -> str:
        """``file:line: text``."""
        return f"{self.file}:{self.line}: {self.text}" if self.line else f"{self.file}: {self.text}"


@dataclass
class Declared:
    """A resource of a stack: what the template says, resolved, with the line of every property."""

    type: str
    logical: str
    line: int
    identity: Identity
    properties: dict[str, Value]
    places: Places = field(default_factory=dict)
    doubt: str = ""  # why it may not be made at all
    depends_on: tuple[str, ...] = ()
    deletion_policy: str = ""
    stands_in: str = ""  # for a resource that is not in the templates: the type of what speaks of it


class Template:
    """A decoded template with values for its parameters.

    ``exports`` gives what other stacks export; ``nested`` the outputs of a nested stack by logical id.
    """

    def __init__(
        self,
        tree: Map,
        file: str,
        settings: Settings,
        *,
        stack: str = "",
        exports: Callable[[str], Value] | None = None,
        nested: Callable[[str], Template | Unknown] | None = None,
    ) -> None:
        self.file, self.settings, self.stack = file, settings, stack or file
        self.notes: list[Note] = []
        self.exports, self.nested = exports, nested
        self.evaluator = Evaluator(self)
        self.sections = {name: self._section(tree, name) for name in SECTIONS}
        self.parameters = parameter_values(self.sections["Parameters"], settings.parameters, file)
        self._note_transforms(tree.get("Transform"), tree.lines.get("Transform", 0))
        self._conditions: dict[str, bool | Unknown] = {}
        self._identities: dict[str, Identity] = {}
        self._busy: set[tuple[str, str]] = set()
        loops = Loops(self.evaluator.plain)
        for name in ("Conditions", "Resources", "Outputs"):
            self.sections[name] = loops.expand(self.sections[name])
        for circle in circles(self.sections["Resources"]):
            self.note(self.sections["Resources"].lines[circle[0]], circle_text(circle))
        rewritten, untold = rewrite(self.sections["Resources"], tree.get("Globals"))
        self.sections["Resources"] = with_stages(rewritten)
        for line, text in (*loops.doubts, *untold):
            self.note(line, text, incomplete=True)

    def note(self, line: int, text: str, *, incomplete: bool = False) -> None:
        """Remember something to tell."""
        self.notes.append(Note(self.file, line, text, incomplete))

    def _section(self, tree: Map, name: str) -> Map:
        found = tree.get(name)
        if found is not None and not isinstance(found, Map):
            self.note(tree.lines[name], f"{name} is not a mapping", incomplete=True)
        return found if isinstance(found, Map) else Map()

    def _note_transforms(self, found: Any, line: int) -> None:
        for one in found if isinstance(found, list) else [found]:
            name = one.get("Name") if isinstance(one, Map) else one
            if name is not None and name not in RUN_HERE:
                text = f"the transform {as_text(name)} runs only at deployment; the template is judged as it is written"
                self.note(line, text, incomplete=True)

    # What names mean (see evaluate.Names)

    def ref(self, name: str) -> Value:
        """The value of a parameter, or what identifies a resource."""
        if name in self.parameters:
            return self.parameters[name]
        if name in PSEUDO:
            return pseudo(name, self.settings, self.file)
        if name in self.sections["Resources"]:
            identity = self.identity(name)
            return identity if isinstance(identity, Unknown) else identity.ref
        inner = self._in_module(name)
        if inner is not None:
            return inner[0] if isinstance(inner[0], Unknown) else inner[0].ref(inner[1])
        # Parameters are declared; what is not could only be a resource, whose identifier is never empty.
        return Unknown(f"there is no parameter or resource {name}", filled=True, unwritten=True)

    def attribute(self, logical: str, attribute: str) -> Value:
        """An attribute of a resource: stated, its identifier, its ARN, or Unknown until it is deployed."""
        body = self.sections["Resources"].get(logical)
        if isinstance(body, Map) and str(body.get("Type")).endswith(SUFFIX):
            logical, _, attribute = f"{logical}.{attribute}".rpartition(".")
        inner = None if isinstance(self.sections["Resources"].get(logical), Map) else self._in_module(logical)
        if inner is not None:
            return inner[0] if isinstance(inner[0], Unknown) else inner[0].attribute(inner[1], attribute)
        if not isinstance(body, Map):
            return Unknown(f"there is no resource {logical}", filled=True)
        kind = str(body.get("Type"))
        if kind == STACK and attribute.startswith("Outputs."):
            return self._output_of(logical, attribute.removeprefix("Outputs."))
        identity = self.identity(logical)
        if isinstance(identity, Unknown):
            return identity
        return self._attribute(kind, logical, attribute, identity)

    def _attribute(self, kind: str, logical: str, attribute: str, identity: Identity) -> Value:
        if attribute in ("Arn", "ARN") and identity.arn:
            return identity.arn
        if attribute in VERSIONS.get(kind, ()):
            return "1"
        if kind == "AWS::EC2::VPC" and attribute == "DefaultSecurityGroup":
            return default_group(identity.ref)
        if kind == "AWS::EC2::SecurityGroup" and attribute == "GroupId":
            return identity.ref
        stated = self.stated(logical, attribute)
        if stated is not None:
            return stated
        names = primary_identifier(kind)
        if attribute in names:
            return identity.id.split("|")[names.index(attribute)]
        arn = identity.arn if attribute.endswith(("Arn", "ARN")) else ""
        # What a custom resource answers may be empty; AWS's attributes are not.
        filled = kind.startswith("AWS::") and kind != "AWS::CloudFormation::CustomResource"
        return arn or Unknown(f"{logical}.{attribute} is known only after deployment", filled)

    def _in_module(self, name: str) -> tuple[Template | Unknown, str] | None:
        """The module, and the resource in it, that a name means; None when it means neither."""
        found = split_reference(name, self.sections["Resources"])
        if found is None:
            return None
        return (self.nested(found[0]) if self.nested else Unknown("the module was not read")), found[1]

    def _output_of(self, logical: str, name: str) -> Value:
        child = self.nested(logical) if self.nested else Unknown("the nested stack was not read")
        return child if isinstance(child, Unknown) else child.output(name)

    def output(self, name: str) -> Value:
        """The value of one of the template's outputs."""
        body = self.sections["Outputs"].get(name)
        if not isinstance(body, Map):
            return Unknown(f"{self.file} has no output {name}")
        return self._once(("output", name), lambda: self.evaluator.plain(body.get("Value")))

    def exported_names(self) -> Iterator[tuple[str, str]]:
        """Export names of the outputs that have one, with the output."""
        for name, body in self.sections["Outputs"].items():
            export = body.get("Export") if isinstance(body, Map) else None
            text = self.evaluator.plain(export.get("Name")) if isinstance(export, Map) else None
            if isinstance(text, str) and self._held(body.get("Condition")) is not False:
                yield text, name

    def condition(self, name: str) -> bool | Unknown:
        """Whether a condition of the template holds."""
        if name not in self._conditions:
            body = self.sections["Conditions"].get(name, MISSING)
            if body is MISSING:
                return Unknown(f"there is no condition {name}")
            found = self._once(("condition", name), lambda: self.evaluator.decide(body))
            if isinstance(found, Unknown):
                found = Unknown(f"condition {name} is not known: {found.reason}")
            self._conditions[name] = found
        return self._conditions[name]

    def mapping(self, name: str, top: Any, second: Any) -> Value:
        """A value of Mappings; where a place that nobody gave is a key, what all places agree on."""
        table = self.sections["Mappings"].get(name)
        if not isinstance(table, Map):
            return None
        first, rest = self._keys(top, table), []
        for row in first if isinstance(first, list) else []:
            inner = table.get(row)
            keys = self._keys(second, inner) if isinstance(inner, Map) else []
            if isinstance(keys, Unknown):
                return keys
            rest += [self.evaluator.plain(inner[key]) for key in keys if isinstance(inner, Map) and key in inner]
        if isinstance(first, Unknown):
            return first
        if not rest:
            return None
        same = all(value == rest[0] for value in rest)
        return rest[0] if same else Unknown(f"mapping {name} depends on the place, which was not given")

    def _keys(self, node: Any, table: Map) -> list[str] | Unknown:
        name = node.get("Ref") if isinstance(node, Map) and list(node) == ["Ref"] else None
        if name in PLACE and not place_given(str(name), self.settings):
            return list(table)
        key = self.evaluator.plain(node)
        return key if isinstance(key, Unknown) else [as_text(key)]

    def exported(self, name: str) -> Value:
        """What another stack exports under a name."""
        return self.exports(name) if self.exports else Unknown(f"nothing here exports {name}", filled=True)

    def undecided(self, node: Any) -> str:
        """Why a reference may not decide a condition; empty when it may."""
        name = str(node)
        return f"{name} was not given" if name in PLACE and not place_given(name, self.settings) else ""

    def zones(self, region: Value) -> Value:
        """The first three zones of a region (every region has three)."""
        if isinstance(region, Unknown):
            return region
        return [f"{region or self.settings.region}{letter}" for letter in "abc"]

    def _once(self, key: tuple[str, str], work: Callable[[], Any]) -> Any:
        """The result of ``work``; Unknown when it is being worked out already."""
        if key in self._busy:
            return Unknown(f"{key[1]} refers to itself in a circle")
        self._busy.add(key)
        try:
            return work()
        finally:
            self._busy.discard(key)

    # Resources

    def stated(self, logical: str, name: str) -> Value:
        """The value of a top-level property as the template states it; None when it does not."""
        properties = self.sections["Resources"][logical].get("Properties")
        if not isinstance(properties, Map) or name not in properties:
            return None
        return self._once(("property", f"{logical}.{name}"), lambda: self.evaluator.plain(properties[name]))

    def kind(self, logical: str) -> str:
        """The type of a resource; empty when there is none."""
        body = self.sections["Resources"].get(logical)
        return str(body.get("Type")) if isinstance(body, Map) else ""

    def all_stated(self, logical: str) -> dict[str, Value]:
        """All top-level properties of a resource as the template states them."""
        properties = self.sections["Resources"][logical].get("Properties")
        return {name: self.stated(logical, name) for name in properties} if isinstance(properties, Map) else {}

    def identity(self, logical: str) -> Identity | Unknown:
        """Who a resource of the template is."""
        known = self._identities.get(logical)
        if known is not None:
            return known
        body = self.sections["Resources"].get(logical)
        if not isinstance(body, Map):
            return Unknown(f"resource {logical} is not a mapping")
        found: Identity | Unknown = self._once(("identity", logical), lambda: self._identify(logical, body))
        if isinstance(found, Identity):
            self._identities[logical] = found
        return found

    def _identify(self, logical: str, body: Map) -> Identity:
        return identify(
            str(body.get("Type")), logical, self.stack, lambda name: self.stated(logical, name), self.settings
        )

    def _held(self, condition: Any) -> bool | Unknown:
        if condition is None:
            return True
        return self.condition(condition) if isinstance(condition, str) else self.evaluator.decide(condition)

    def resources(self) -> Iterator[Declared]:
        """The resources that the template makes, or may make, in its order."""
        table = self.sections["Resources"]
        for logical, body in table.items():
            line = table.lines.get(logical, table.line)
            if logical.startswith("Fn::"):
                continue
            if not isinstance(body, Map) or not isinstance(body.get("Type"), str):
                self.note(line, f"resource {logical} has no type", incomplete=True)
                continue
            held = self._held(body.get("Condition"))
            if held is not False:
                yield self._declared(logical, body, line, held.reason if isinstance(held, Unknown) else "")

    def _declared(self, logical: str, body: Map, line: int, doubt: str) -> Declared:
        places: Places = {}
        kind = str(body["Type"])
        found = self.evaluator.value(body.get("Properties") or Map(line), "", places)
        properties: Mapping[str, Value] = found if isinstance(found, Mapping) else {}
        if found is not NO_VALUE and not isinstance(found, Mapping):
            reason = found if isinstance(found, Unknown) else Unknown("Properties is not a mapping")
            properties = all_unknown(kind, reason)
            self.note(line, f"{logical}: {reason.reason}", incomplete=True)
        fitted, complaints = shaped(kind, properties)
        for path, what in complaints:
            where = next((places[one] for one in _above(path) if one in places), line)
            self.note(where, f"{logical}.{path}: {what}", incomplete=True)
        identity = self.identity(logical)
        if isinstance(identity, Unknown):
            identity = identify(kind, logical, self.stack, lambda _: None, self.settings)
        depends = body.get("DependsOn", ())
        return Declared(
            kind, logical, line, identity, fitted, places, doubt,
            tuple(str(one) for one in (depends if isinstance(depends, list) else [depends])),
            str(body.get("DeletionPolicy", "")),
        )  # fmt: skip


def _above(path: str) -> Iterator[str]:
    """The path and those above it."""
    while path:
        yield path
        path = path.rpartition(".")[0]


def all_unknown(kind: str, reason: Unknown) -> dict[str, Value]:
    """Every property of a type as Unknown."""
    from bastide.declare.templates.registry import schema_of

    return dict.fromkeys(schema_of(kind).get("properties", ()), reason)
