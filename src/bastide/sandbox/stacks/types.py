"""How a resource of a type is made, changed and removed: by our handlers, or by a row of `direct`.

One idea: both look alike to a stack. Before a handler makes something under a name that the template states, it is
asked whether that exists: CloudFormation refuses to take over what is there, and our handlers would adopt it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bastide.aws.handler import Handler
from bastide.aws.registry import handlers, kinds
from bastide.declare.templates.identity import NAMED_BY, REF, Identity
from bastide.errors import InputError
from bastide.model import Action, Change, ResourceKey, Scope
from bastide.plan.compare import differences
from bastide.sandbox import moto
from bastide.sandbox.stacks.acting import Place
from bastide.sandbox.stacks.direct import ATTACHED, TYPES, Direct, attach

Props = Mapping[str, Any]
# Names that CloudFormation makes up and our handlers want to be told.
NAMES = {
    "AWS::AccessAnalyzer::Analyzer": "AnalyzerName",
    "AWS::CloudTrail::Trail": "TrailName",
    "AWS::Config::ConfigurationRecorder": "Name",
    "AWS::Config::DeliveryChannel": "Name",
    "AWS::EC2::LaunchTemplate": "LaunchTemplateName",
    "AWS::EC2::SecurityGroup": "GroupName",
}
POLICY = "AWS::IAM::ManagedPolicy"
HOLDERS = frozenset(member for member, _, _ in ATTACHED)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
# The longest that a generated name may be, where it is not 64. Source: the services' quotas on names.
LONGEST = {"AWS::S3::Bucket": 63, "AWS::IAM::ManagedPolicy": 128, "AWS::IAM::Policy": 128, "AWS::SNS::Topic": 256,
           "AWS::SQS::Queue": 80, "AWS::Logs::LogGroup": 512, "AWS::Config::ConfigRule": 128}  # fmt: skip


@dataclass(frozen=True)
class Result:
    """A resource that is there: who it is, and what GetAtt may read of it."""

    identity: Identity
    attributes: Props


def can_make(kind: str) -> bool:
    """Whether resources of the type can be made here."""
    return kind in TYPES or (kind in handlers() and not kind.startswith("Bastide::"))


def name_of(kind: str) -> str:
    """The property that a generated name goes into; empty for types that AWS names itself."""
    if kind in TYPES:
        return TYPES[kind].name
    if kind in NAMES or kind in NAMED_BY:
        return NAMES.get(kind) or NAMED_BY[kind]
    known = kinds()[kind]
    first = known.identified_by[0] if len(known.identified_by) == 1 else ""
    return first if first.endswith("Name") and "." not in first and first not in known.read_only else ""


def generated(kind: str, stack: str, logical: str) -> str:
    """A physical name as CloudFormation makes it: stack, logical id and a random end."""
    longest = LONGEST.get(kind, 64)
    tail = "-" + moto.random_text(LETTERS, 12)
    room = (longest - len(tail)) // 2
    name = f"{stack[: max(room, longest - len(tail) - len(logical) - 1)]}-{logical}"[: longest - len(tail)] + tail
    return name.lower() if kind == "AWS::S3::Bucket" else name


def create(kind: str, at: Place, props: Props, named: bool) -> Result:
    """Make it; `named`: its name is the template's own. Raises ClientError, BastideError."""
    row = TYPES.get(kind)
    if row is not None:
        _refuse_strangers(kind, row, props)
        id, attributes = row.make(at.client, props)
        return Result(_identity(kind, id, str(attributes.get("Arn", "")), at), attributes)
    handler = handlers()[kind]
    given, props = props, _own(kind, props)
    name = name_of(kind)
    wanted = str(props.get(name, "")) if name in handler.identified_by else ""
    if named and wanted and handler.read(_here(handler, at), wanted) is not None:
        raise InputError(f"{wanted} already exists")
    # Our handlers find parts of networks by tags, names and ranges, and would adopt another stack's.
    there = {found.id for found in handler.list(at)} if handler.service == "ec2" and handler.identified_by else set()
    id = handler.create(_here(handler, at), props)
    if id in there:
        raise InputError(f"a resource of type {kind} with the same name or range already exists: {id}")
    made = _read(handler, at, id)
    lost, _ = differences({key: value for key, value in props.items() if key not in handler.settles},
                          made.attributes, kinds()[kind])  # fmt: skip
    if lost:
        raise InputError(f"the sandbox does not know how to set {lost[0].path} of {kind}")
    if kind == POLICY:
        attach(at.client, id, {}, given)
    return made


def _own(kind: str, props: Props) -> Props:
    """What the handler is told: to whom a managed policy is attached is not among it."""
    return {name: value for name, value in props.items() if kind != POLICY or name not in HOLDERS}


def update(kind: str, at: Place, id: str, old: Props, props: Props) -> Result | None:
    """Bring it from the old properties to the new ones; None when it has to be replaced."""
    row = TYPES.get(kind)
    if row is not None:
        if not row.again or (row.name and old.get(row.name) != props.get(row.name)):
            return None
        return create(kind, at, props, named=True)
    handler, known = handlers()[kind], kinds()[kind]
    if kind == POLICY:
        attach(at.client, id, old, props)
    old, props = _own(kind, old), _own(kind, props)
    before = handler.read(_here(handler, at), id)
    if before is None:
        return None
    removed = {name: None for name in old if name not in props}
    found, _ = differences({**removed, **props}, before.properties, known)
    if any(one.path.split(".")[0] in known.create_only for one in found):
        return None
    key = ResourceKey(kind, at.account, _here(handler, at).region, id)
    if found:
        handler.update(_here(handler, at), id, Change(Action.UPDATE, key, before.properties, props, tuple(found)))
    return _read(handler, at, id)


def replaces(kind: str, old: Props, new: Props) -> bool:
    """Whether a change of properties needs another resource in place of the old one."""
    changed = {name for name in {*old, *new} if old.get(name) != new.get(name)}
    row = TYPES.get(kind)
    if row is not None:
        return not row.again or row.name in changed
    return bool(changed & {path.split(".")[0] for path in kinds()[kind].create_only})


def delete(kind: str, at: Place, id: str, props: Props) -> None:
    """Remove it. Raises ClientError, BastideError."""
    row = TYPES.get(kind)
    if row is not None:
        row.remove(at.client, id, props)
        return
    handler = handlers()[kind]
    found = handler.read(_here(handler, at), id)
    if found is not None:
        if kind == POLICY:
            attach(at.client, id, props, {})
        handler.delete(_here(handler, at), id, found.properties)


def _refuse_strangers(kind: str, row: Direct, props: Props) -> None:
    unknown = sorted(set(props) - row.members)
    if unknown:
        raise InputError(f"the sandbox does not know how to set {unknown[0]} of {kind}")


def _here(handler: Handler, at: Place) -> Place:
    return at if handler.scope is Scope.REGION else Place(at.account, "us-east-1", at.management_account)


def _read(handler: Handler, at: Place, id: str) -> Result:
    found = handler.read(_here(handler, at), id)
    if found is None:
        raise InputError(f"{handler.type} {id} was made and does not read back")
    arn = {"Arn": found.arn} if found.arn else {}
    return Result(_identity(handler.type, id, found.arn, at), {**found.properties, **arn})


def _identity(kind: str, id: str, arn: str, at: Place) -> Identity:
    parts = id.split("|")
    names = handlers()[kind].identified_by if kind in handlers() else ()
    wanted = REF.get(kind)
    ref = parts[names.index(wanted)] if wanted in names else parts[0 if kind == "AWS::IAM::RolePolicy" else -1]
    return Identity(id, ref, arn or (id if id.startswith("arn:") else ""), at.region)
