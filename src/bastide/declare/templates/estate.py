"""Many templates as one Estate, with what has to be known beside it: lines, doubts, notes.

The one idea: stacks see each other's exports, nested stacks are read from the local path that ``aws cloudformation
package`` would upload, and every resource keeps file and line. A nested stack is judged within its parent, not twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bastide.declare.templates.evaluate import Places
from bastide.declare.templates.files import is_tree, parse_template, read_template
from bastide.declare.templates.fold import fold
from bastide.declare.templates.modules import SUFFIX, values_of
from bastide.declare.templates.registry import folder, known_type
from bastide.declare.templates.scope import PSEUDO, Settings
from bastide.declare.templates.stack_sets import body_of, places, relined
from bastide.declare.templates.template import STACK, Declared, Note, Template
from bastide.declare.templates.tree import Map
from bastide.errors import InputError
from bastide.model import GLOBAL, Estate, Origin, Resource, ResourceKey, Unknown, Value

MAX_NESTED = 12  # stacks in stacks
MAX_STACKS = 2_000
STACK_SET = "AWS::CloudFormation::StackSet"
OUTSIDE = ("http://", "https://", "s3://")
FREE_TYPES = ("Custom::", "AWS::CloudFormation::CustomResource", "AWS::CloudFormation::Macro")


@dataclass(frozen=True)
class Reading:
    """An estate read from templates.

    ``places``: the line of every property by resource and dotted path. ``doubts``: why a resource may not be made at
    all. ``stand_ins``: resources that are not in the templates, with the type of what speaks of them. ``notes``: what a
    person should know, in order of file and line. ``files``: the files that were read, sorted. ``skipped``: how many
    resources of each type that is not read (of Terraform or AWS Config) the files hold.
    """

    estate: Estate
    places: Mapping[ResourceKey, Places] = field(default_factory=dict)
    doubts: Mapping[ResourceKey, str] = field(default_factory=dict)
    stand_ins: Mapping[ResourceKey, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    files: tuple[str, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)

    @property
    def incomplete(self) -> bool:
        """Part of the templates was not judged."""
        return any(note.incomplete for note in self.notes)


def line_of(reading: Reading, key: ResourceKey, path: str) -> int:
    """The line of a property, or of the nearest above it; 0 for a resource that is not known."""
    places = reading.places.get(key, {})
    while path and not places.get(path):
        path = path.rpartition(".")[0]
    resource = reading.estate.by_key.get(key)
    return places[path] if path else resource.origin.line if resource else 0


def estate_of(
    trees: Mapping[str, Map],
    settings: Settings,
    places: Mapping[str, Mapping[str, Value]] | None = None,
    modules: Mapping[str, Path] | None = None,
) -> Reading:
    """The estate that templates (trees by file name) declare together.

    ``places``: what is known of the deployment of a template, by its resolved path (see ``assembly``); ``modules``: the
    fragments of modules by their types.

    Raises:
        InputError: a given parameter is in none of the templates, or its value is not allowed.
    """
    refuse_strangers(trees, settings)
    reader = _Reader(trees, settings, places or {}, modules or {})
    for file in sorted(trees):
        reader.open(file, trees[file])
    return reader.reading()


def refuse_strangers(trees: Mapping[str, Map], settings: Settings) -> None:
    """Raise InputError for a given parameter that no template has."""
    known = {name for tree in trees.values() for name in tree.get("Parameters") or () if isinstance(name, str)}
    for name in settings.parameters:
        if name not in known and name not in PSEUDO:
            listed = ", ".join(sorted(known)[:12])
            raise InputError(
                f"no template has a parameter {name}", fix=f"known here: {listed}" if listed else "remove it"
            )


class _Reader:
    def __init__(
        self,
        trees: Mapping[str, Map],
        settings: Settings,
        deployed: Mapping[str, Mapping[str, Value]],
        modules: Mapping[str, Path],
    ) -> None:
        self.trees, self.settings, self.deployed, self.modules = trees, settings, deployed, modules
        self.roots: list[Template] = []
        self.stacks: list[Template] = []
        self.children: dict[tuple[str, str], Template | Unknown] = {}
        self.opened: set[Path] = set()
        self.exports: dict[str, tuple[Template, str]] | None = None
        self.notes: list[Note] = []

    def open(self, file: str, tree: Map) -> None:
        """Read one template as a stack of its own."""
        known = self.deployed.get(str(Path(file).resolve()), {})
        settings = replace(self.settings, parameters={**known, **self.settings.parameters})
        self.roots.append(self.template(tree, file, settings, file, ()))

    def template(self, tree: Map, file: str, settings: Settings, stack: str, above: tuple[Path, ...]) -> Template:
        chain = (*above, Path(file).resolve())
        found = Template(
            tree,
            file,
            settings,
            stack=stack,
            exports=self.exported,
            nested=lambda name: self.nested(found, name, chain),
        )
        return found

    def exported(self, name: str) -> Value:
        """The value of an export of any of the templates."""
        if self.exports is None:
            self.exports = {}
            for template in self.roots:
                for text, output in template.exported_names():
                    self.exports.setdefault(text, (template, output))
        if name not in self.exports:
            return Unknown(f"no template here exports {name}", filled=True)
        template, output = self.exports[name]
        return template.output(output)

    def nested(self, parent: Template, logical: str, chain: tuple[Path, ...]) -> Template | Unknown:
        """The stack behind a resource of type AWS::CloudFormation::Stack, read once."""
        key = (parent.stack, logical)
        if key not in self.children:
            self.children[key] = Unknown("a nested stack holds itself")
            self.children[key] = self._nested(parent, logical, chain)
        return self.children[key]

    def _nested(self, parent: Template, logical: str, chain: tuple[Path, ...]) -> Template | Unknown:
        kind = parent.kind(logical)
        if kind.endswith(SUFFIX) and kind not in self.modules:
            return Unknown(f"the fragment of {kind} is not among the files")
        address = self._asset(parent, logical) or parent.stated(logical, "TemplateURL")
        found = (
            self._located(Path(), str(self.modules[kind]), chain)
            if kind in self.modules
            else self._located(Path(parent.file).parent, address, chain)
        )
        return found if isinstance(found, Unknown) else self._child(parent, logical, *found, chain)

    def _located(self, folder: Path, address: Value, chain: tuple[Path, ...]) -> tuple[Map, str] | Unknown:
        """Tree and path of a nested template; ``folder``: where its address starts."""
        if isinstance(address, Unknown):
            return address
        if not isinstance(address, str) or address.startswith(OUTSIDE) or not address:
            return Unknown(f"the nested template {address} is not a local file")
        path = folder / address.removeprefix("file://")
        try:
            if path.resolve() in chain:
                return Unknown(f"{path} holds itself as a nested stack")
            if len(chain) > MAX_NESTED or len(self.children) > MAX_STACKS:
                return Unknown(f"stacks are nested more than {MAX_NESTED} deep, or there are more than {MAX_STACKS:,}")
            tree = self.trees.get(str(path)) or read_template(path)
            if not is_tree(tree):
                return Unknown(f"{path} is not a template")
        except InputError as error:
            return Unknown(error.what)
        except (OSError, ValueError):
            return Unknown("TemplateURL is not the path of a file")
        self.opened.add(path.resolve())
        return tree, str(path)

    def _asset(self, parent: Template, logical: str) -> str:
        """The local file that the CDK names for a nested template; empty when it names none."""
        metadata = parent.sections["Resources"][logical].get("Metadata")
        if not isinstance(metadata, Map) or metadata.get("aws:asset:property") != "TemplateURL":
            return ""
        found = metadata.get("aws:asset:path")
        return found if isinstance(found, str) else ""

    def _child(
        self, parent: Template, logical: str, tree: Map, file: str, chain: tuple[Path, ...]
    ) -> Template | Unknown:
        module = parent.kind(logical).endswith(SUFFIX)
        given = values_of(parent.all_stated(logical)) if module else parent.stated(logical, "Parameters")
        place = {name: value for name, value in parent.settings.parameters.items() if name in PSEUDO}
        values = {**place, **(given if isinstance(given, dict) else {})}
        if isinstance(given, Unknown):
            values.update(dict.fromkeys(tree.get("Parameters") or (), given))
        try:
            return self.template(
                tree, file, replace(self.settings, parameters=values), f"{parent.stack}/{logical}", chain
            )
        except InputError as error:
            return Unknown(error.what)

    def reading(self) -> Reading:
        """Everything, resolved."""
        gathered: list[tuple[Template, Declared]] = []
        for template in self.roots:
            self.gather(template, "", gathered)
        # A template that another one nests is judged there, with the values that it gets there.
        kept = [(template, one) for template, one in gathered if not self._twice(template)]
        homes = {(one.type, one.logical, one.line): template for template, one in kept}
        kept += [
            (homes[one.stands_in, one.logical, one.line], one) for one in fold([one for _, one in kept], self.settings)
        ]
        found = resources_of([(template.file, template.stack, one) for template, one in kept], self.settings)
        return replace(found, notes=self._notes(kept), files=tuple(sorted(self.trees)))

    def _twice(self, template: Template) -> bool:
        return template.stack == template.file and Path(template.file).resolve() in self.opened

    def gather(self, template: Template, doubt: str, into: list[tuple[Template, Declared]]) -> None:
        """Resources of a stack and of those in it; RecursionError becomes a note."""
        self.stacks.append(template)
        try:
            for declared in template.resources():
                declared.doubt = declared.doubt or doubt
                into.append((template, declared))
                if declared.type == STACK or declared.type.endswith(SUFFIX):
                    self._descend(template, declared, into)
                if declared.type == STACK_SET:
                    self._spread(template, declared, into)
        except RecursionError:
            template.note(0, "references build on each other too deeply; the rest was not judged", incomplete=True)

    def _descend(self, template: Template, declared: Declared, into: list[tuple[Template, Declared]]) -> None:
        child = template.nested(declared.logical) if template.nested else Unknown("it was not read")
        if isinstance(child, Unknown):
            what = "module" if declared.type.endswith(SUFFIX) else "nested stack"
            text = f"{what} {declared.logical} was not judged: {child.reason}"
            template.note(declared.line, text, incomplete=True)
            return
        start = len(into)
        self.gather(child, declared.doubt, into)
        for _, one in into[start:] if declared.type.endswith(SUFFIX) else ():
            one.logical = f"{declared.logical}{one.logical}"

    def _spread(self, template: Template, declared: Declared, into: list[tuple[Template, Declared]]) -> None:
        """The template of a stack set, once in each of its places."""
        logical, chain = declared.logical, (Path(template.file).resolve(),)
        body = body_of(template, logical)
        found: tuple[Map, str] | Unknown
        try:
            if isinstance(body, str):
                tree = relined(parse_template(body.encode(), template.file), declared.line)
                found = (tree, template.file) if is_tree(tree) else Unknown("TemplateBody is not a template")
            else:
                address = self._asset(template, logical) or template.stated(logical, "TemplateURL")
                address = address if address is not None else Unknown("it holds no template")
                folder = Path(template.file).parent
                found = body if isinstance(body, Unknown) else self._located(folder, address, chain)
            if isinstance(found, Unknown):
                raise InputError(found.reason)
            settings, left_out = places(template, logical)
            for one in settings:
                stack = f"{template.stack}/{logical}@{one.account}/{one.region}"
                self.gather(self.template(*found, one, stack, ()), declared.doubt, into)
            if left_out:
                text = f"stack set {logical} has {left_out} more places, which were not judged"
                template.note(declared.line, text, incomplete=True)
        except InputError as error:
            text = f"stack set {logical} was not judged: {error.what}"
            template.note(declared.line, text, incomplete=True)

    def _notes(self, kept: list[tuple[Template, Declared]]) -> tuple[Note, ...]:
        found = {note for template in self.stacks if not self._twice(template) for note in template.notes}
        for template, one in kept:
            if not known_type(one.type) and not one.type.startswith(FREE_TYPES) and not one.type.endswith(SUFFIX):
                text = f"{one.logical}: {one.type} is not a known type and was not judged"
                found.add(Note(template.file, one.line, text, one.type.startswith("AWS::")))
        if folder() is None:
            found.add(Note("templates", 0, "cfn-lint is not installed: values were not checked against the registry"))
        return tuple(sorted({*found, *self.notes}, key=lambda note: (note.file, note.line, note.text)))


def resources_of(kept: Iterable[tuple[str, str, Declared]], settings: Settings) -> Reading:
    """The estate of declared resources (with file and stack of each), and what has to be known beside it."""
    resources: list[Resource] = []
    places: dict[ResourceKey, Places] = {}
    doubts: dict[ResourceKey, str] = {}
    stand_ins: dict[ResourceKey, str] = {}
    for file, stack, one in kept:
        name = one.identity.id
        key = ResourceKey(one.type, one.identity.account or settings.account, one.identity.region, name)
        if key in places:  # the same name in two templates: two resources all the same
            key = key._replace(id=f"{name}#{stack}/{one.logical}")
        origin = Origin("template", file, one.line, detail=one.logical)
        resources.append(Resource(key.type, key.account, key.region, key.id, one.properties, one.identity.arn, origin))
        places[key] = one.places
        if one.doubt:
            doubts[key] = one.doubt
        if one.stands_in:
            stand_ins[key] = one.stands_in
    regions = sorted({settings.region, *(one.region for one in resources)} - {GLOBAL})
    return Reading(Estate(resources=tuple(resources), regions=tuple(regions)), places, doubts, stand_ins)
