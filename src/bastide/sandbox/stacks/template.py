"""A template about to be deployed: checked as CreateStack checks it, put into order, its references bound to what is.

One idea: `declare.templates` says what everything comes to; here references give the real identifiers of what has been
made, and what cannot be told is a failure.
Source: AWS CloudFormation API Reference, CreateStack; User Guide, "CloudFormation template syntax", "Quotas".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bastide.declare.templates.evaluate import VARIABLE
from bastide.declare.templates.files import is_tree, parse_template
from bastide.declare.templates.identity import Identity
from bastide.declare.templates.registry import known_type, schema_of
from bastide.declare.templates.scope import Settings
from bastide.declare.templates.template import Declared, Template
from bastide.declare.templates.tree import Map
from bastide.errors import InputError
from bastide.model import Unknown, Value
from bastide.sandbox.wire import AwsError

MAX_BODY, MAX_FILE = 51_200, 1_048_576  # bytes
FREE = ("Custom::", "AWS::CloudFormation::CustomResource", "AWS::CDK::Metadata")
NAMED_IAM = {
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
}
IAM = frozenset({*NAMED_IAM, "AWS::IAM::AccessKey", "AWS::IAM::Policy", "AWS::IAM::RolePolicy",
                 "AWS::IAM::UserPolicy", "AWS::IAM::GroupPolicy", "AWS::IAM::UserToGroupAddition"})  # fmt: skip


class Deployed(Template):
    """A template in which what has been made is known: `bind` tells it."""

    def __init__(self, tree: Map, settings: Settings, exports: Callable[[str], Value]) -> None:
        super().__init__(tree, "template", settings, exports=exports)
        self._found: dict[str, Mapping[str, Any]] = {}

    def bind(self, logical: str, identity: Identity, properties: Mapping[str, Any]) -> None:
        """Who a resource turned out to be, and what reads back of it."""
        self._identities[logical] = identity
        self._found[logical] = properties

    def attribute(self, logical: str, attribute: str) -> Value:
        """What reads back under the attribute's path; else what the template itself tells."""
        value: Any = self._found.get(logical, {})
        for name in attribute.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        return super().attribute(logical, attribute) if value is None or isinstance(value, Unknown) else value

    def resolved(self, logical: str) -> tuple[Declared, str]:
        """A resource as it is now, and why it cannot be made (empty when it can)."""
        before = len(self.notes)
        found = self._declared(logical, self.sections["Resources"][logical], 0, "")
        wrong = next((note.text for note in self.notes[before:] if note.incomplete), "")
        if not wrong:
            missing = [name for name in schema_of(found.type).get("required", ()) if name not in found.properties]
            wrong = f"Properties validation failed for resource {logical} with message: [#: required key "
            wrong = f"{wrong}[{missing[0]}] not found]" if missing else ""
        return found, wrong

    def made(self) -> list[str]:
        """The logical ids whose conditions hold. Raises ValidationError for one that cannot be decided."""
        found = []
        for logical, body in self.sections["Resources"].items():
            held = self._held(body.get("Condition"))
            if isinstance(held, Unknown):
                raise invalid(f"Template error: {held.reason}")
            if held:
                found.append(str(logical))
        return found

    def outputs(self) -> Iterator[tuple[str, Value, str, Value]]:
        """(name, value, description, export name) of the outputs whose conditions hold."""
        for name, body in self.sections["Outputs"].items():
            if isinstance(body, Map) and self._held(body.get("Condition")) is True:
                export = body.get("Export")
                named = self.evaluator.plain(export.get("Name")) if isinstance(export, Map) else ""
                yield str(name), self.output(name), str(body.get("Description") or ""), named


def invalid(text: str) -> AwsError:
    """CloudFormation's refusal of what it was given."""
    return AwsError("ValidationError", text)


def parse_tree(text: str) -> Map:
    """The tree of a template's text. Raises ValidationError."""
    try:
        tree = parse_template(text.encode(), "template")
    except InputError as wrong:
        raise invalid(f"Template format error: {wrong.what}") from wrong
    if not isinstance(tree, Map):
        raise invalid("Template format error: unsupported structure.")
    if not is_tree(tree) or not isinstance(tree.get("Resources"), Map) or not tree["Resources"]:
        raise invalid("Template format error: At least one Resources member must be defined.")
    return tree


def check_parameters(tree: Map, given: Mapping[str, str]) -> None:
    """Raises ValidationError for a parameter that the template does not have, lacks, or does not allow."""
    known = tree.get("Parameters") or {}
    strangers = sorted(set(given) - set(known))
    if strangers:
        raise invalid(f"Parameters: [{', '.join(strangers)}] do not exist in the template")
    absent = sorted(str(name) for name, body in known.items() if name not in given and "Default" not in (body or {}))
    if absent:
        raise invalid(f"Parameters: [{', '.join(absent)}] must have values")
    for name, value in given.items():
        pattern = known[name].get("AllowedPattern") if isinstance(known[name], Map) else None
        if isinstance(pattern, str) and not re.fullmatch(pattern, value):
            raise invalid(f"Parameter '{name}' must match pattern {pattern}")


def open_template(tree: Map, parameters: Mapping[str, str], pseudo: Mapping[str, Any],
                  exports: Callable[[str], Value]) -> Deployed:  # fmt: skip
    """The template with its parameters. Raises ValidationError."""
    check_parameters(tree, parameters)
    try:
        template = Deployed(tree, Settings({**parameters, **pseudo}), exports)
    except InputError as wrong:
        raise invalid(f"Template error: {wrong.what}") from wrong
    kinds = {str(body.get("Type")) for body in template.sections["Resources"].values() if isinstance(body, Map)}
    strangers = sorted(kind for kind in kinds if not known_type(kind) and not kind.startswith(FREE))
    if strangers:
        raise invalid(f"Template format error: Unrecognized resource types: [{', '.join(strangers)}]")
    order(template)
    return template


def check_capabilities(tree: Map, given: list[str]) -> None:
    """Raises InsufficientCapabilitiesException where IAM resources or macros are not acknowledged."""
    bodies = [body for body in tree["Resources"].values() if isinstance(body, Map)]
    needed = ""
    if any(body.get("Type") in IAM for body in bodies):
        needed = "CAPABILITY_IAM"
    if any(NAMED_IAM.get(str(body.get("Type")), "-") in (body.get("Properties") or {}) for body in bodies):
        needed = "CAPABILITY_NAMED_IAM"
    enough = {"CAPABILITY_IAM": ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"), "CAPABILITY_NAMED_IAM": (needed,)}
    if needed and not set(enough[needed]) & set(given):
        raise AwsError("InsufficientCapabilitiesException", f"Requires capabilities : [{needed}]")
    if tree.get("Transform") and "CAPABILITY_AUTO_EXPAND" not in given:
        raise AwsError("InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_AUTO_EXPAND]")


def references(node: Any) -> Iterator[str]:
    """Names that a part of a template refers to."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == "Ref" and isinstance(value, str):
                yield value
            elif key == "Fn::GetAtt":
                yield str(value[0] if isinstance(value, list) and value else value).partition(".")[0]
            elif key == "Fn::Sub":
                text, own = (value, {}) if isinstance(value, str) else _sub_parts(value)
                yield from (name.split(".")[0] for name in VARIABLE.findall(text) if name.split(".")[0] not in own)
                yield from references(own)
            else:
                yield from references(value)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from references(item)


def _sub_parts(value: Any) -> tuple[str, Mapping[str, Any]]:
    whole = isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], Mapping)
    return (value[0], value[1]) if whole else ("", {})


def order(template: Deployed) -> list[str]:
    """The logical ids to be made, each after what it refers to. Raises ValidationError for strangers and circles."""
    resources, known = template.sections["Resources"], {*template.sections["Parameters"]}
    made = template.made()
    needs: dict[str, list[str]] = {}
    for logical in made:
        body = resources[logical]
        named = list(dict.fromkeys(references({key: body[key] for key in body if key in ("Properties", "Metadata")})))
        after = body.get("DependsOn") or ()
        named += [str(one) for one in (after if isinstance(after, list | tuple) else [after])]
        lost = [name for name in named if name not in resources and name not in known and not name.startswith("AWS::")]
        if lost:
            text = f"Unresolved resource dependencies [{', '.join(lost)}] in the Resources block of the template"
            raise invalid(f"Template format error: {text}")
        needs[logical] = [name for name in named if name in made]
    done: list[str] = []
    while len(done) < len(needs):
        ready = [one for one in needs if one not in done and all(need in done or need == one for need in needs[one])]
        if not ready:
            circle = ", ".join(sorted(set(needs) - set(done)))
            raise invalid(f"Circular dependency between resources: [{circle}]")
        done += ready
    return done
