"""Service and resource control policies: the guardrails of each node, packed, and attached as high as they hold.

A policy that is attached above cannot be loosened below. So a guardrail is attached at the highest nodes under which
it stands everywhere: at the root where nobody differs; where one unit is relaxed, at that unit's siblings. Guardrails
with the same nodes share policies. In ``warn`` a guardrail is not attached: a service control policy knows no trial
run.

They come last: what a guardrail protects must be in place before it is closed, or setting it up would be denied.
Source: AWS Organizations User Guide, "SCP evaluation".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bastide.declare.expansion.archive import ACCESS_LOGS, STORES
from bastide.declare.expansion.standing import OF_ACCOUNT, ROOT, Node, Standing, nodes, standings
from bastide.declare.expansion.survey import Survey
from bastide.errors import InputError, Problem
from bastide.iam.canonical import statement_dict
from bastide.iam.parse import parse_policy
from bastide.model import GLOBAL, OrganizationPolicy, PolicyDocument, Resource, Statement, provisional
from bastide.prove.guardrail import RCP, SCP
from bastide.prove.packing import LIMITS, PackedPolicy, pack

SHORT = {SCP: "scp", RCP: "rcp"}
# AWS attaches these to every node by itself.
AWS_MANAGED = {SCP: ("p-FullAWSAccess", "FullAWSAccess"), RCP: ("p-RCPFullAWSAccess", "RCPFullAWSAccess")}
LABEL_LIMIT, DESCRIPTION_LIMIT = 100, 512  # a policy's name may have 128 characters


@dataclass(frozen=True, slots=True)
class Attachment:
    """One packed policy and the nodes that it is attached to."""

    packed: PackedPolicy
    nodes: tuple[Node, ...]


def attachments(survey: Survey, today: str, problems: list[Problem]) -> tuple[Attachment, ...]:
    """Every policy of guardrails with its nodes, sorted by name; what is wrong is added to ``problems``."""
    tree = nodes(survey)
    found = standings(survey, today, problems)
    shared = shared_values(survey)
    once: dict[int, Rendered] = {}
    for node in tree:
        standing = found[node.path]
        if id(standing) not in once:
            once[id(standing)] = _rendered(survey, node, standing, shared, problems)
    rendered = {node.path: once[id(found[node.path])] for node in tree}
    at_root = {variant.name for variant in rendered[ROOT]}
    made: list[Attachment] = []
    for (kind, targets), statements in sorted(_grouped(tree, rendered).items()):
        at = tuple(node for node in tree if node.path in targets)
        label = _label(targets, at_root, statements, tree)
        try:
            packs = pack(statements, kind, name=f"bastide-{SHORT[kind]}-{label}")
        except InputError as error:
            problems += [Problem(one.what, survey.where(at[0].said), one.fix) for one in error.problems]
            continue
        made += [Attachment(packed, at) for packed in packs]
    problems += _too_many(survey, made)
    return tuple(made)


def shared_values(survey: Survey) -> Mapping[str, str | Sequence[str]]:
    """Values of the parameters that many guardrails share."""
    return {
        "organization_id": survey.known.organization_id,
        "allowed_regions": survey.regions,
        "log_buckets": [survey.name(subject) for subject in (*STORES, ACCESS_LOGS)],
    }


class Variant(NamedTuple):
    """A guardrail with the text of its statements: the same name with other parameters is another variant."""

    name: str
    kind: str
    text: str


Rendered = Mapping[Variant, tuple[Statement, ...]]


def _rendered(
    survey: Survey, node: Node, standing: Standing, shared: Mapping[str, str | Sequence[str]], problems: list[Problem]
) -> Rendered:
    """The statements of all guardrails that are to be attached at a node."""
    made: dict[Variant, tuple[Statement, ...]] = {}
    for name, choice in standing.choices.items():
        try:
            statements = () if choice.warn else choice.statements(shared)
        except InputError as error:
            said = {problem.what for problem in problems}  # inherited: said already, higher up
            found = [Problem(one.what, survey.where(node.said), one.fix) for one in error.problems]
            problems += [problem for problem in found if problem.what not in said]
            continue
        if statements:
            text = json.dumps([statement_dict(statement) for statement in statements], sort_keys=True)
            made[Variant(name, choice.guardrail.kind, text)] = statements
    return made


def _grouped(
    tree: Sequence[Node], rendered: Mapping[str, Rendered]
) -> dict[tuple[str, tuple[str, ...]], dict[str, tuple[Statement, ...]]]:
    """(kind, highest nodes) → statements by guardrail."""
    variants = {variant: statements for made in rendered.values() for variant, statements in made.items()}
    groups: dict[tuple[str, tuple[str, ...]], dict[str, tuple[Statement, ...]]] = {}
    for variant in sorted(variants):
        targets = tuple(_highest(tree, {path for path, made in rendered.items() if variant in made}))
        groups.setdefault((variant.kind, targets), {})[variant.name] = variants[variant]
    return groups


def _highest(tree: Sequence[Node], standing: set[str]) -> Iterator[str]:
    """Paths of the highest nodes at which something stands, and below which it stands everywhere."""
    whole = set(standing)
    for node in reversed(tree):  # children before parents
        if node.path not in whole and node.parent is not None:
            whole.discard(node.parent)
    return (node.path for node in tree if node.path in whole and node.parent not in whole)


def _label(targets: Sequence[str], at_root: set[str], names: Iterable[str], tree: Sequence[Node]) -> str:
    """A name for a set of nodes that stays when units are added: ``all``, ``except-…`` or ``only-…``."""
    if targets == (ROOT,):
        return "all"
    if at_root.issuperset(names):
        without = {node.path for node in tree if not _stands_near(node.path, targets)}
        listed = [node.path for node in tree if node.path in without and node.parent not in without]
        label = f"except-{_slug(listed)}"
    else:
        label = f"only-{_slug(targets)}"
    return label if len(label) <= LABEL_LIMIT else f"{label[: LABEL_LIMIT - 9]}-{provisional.digits(label)[:8]}"


def _slug(paths: Iterable[str]) -> str:
    return "-".join(paths).replace(f"/{OF_ACCOUNT}", "-").replace("/", "-")


def _stands_near(path: str, targets: Sequence[str]) -> bool:
    """Whether a node is one of the targets, below one or above one."""
    return path == ROOT or any(
        f"{path}/".startswith(f"{target}/") or f"{target}/".startswith(f"{path}/") for target in targets
    )


def _too_many(survey: Survey, made: Iterable[Attachment]) -> Iterator[Problem]:
    """Nodes with more policies of a kind than AWS allows, counting the one that AWS attaches itself."""
    held: dict[tuple[str, str], list[Attachment]] = {}
    for one in made:
        for node in one.nodes:
            held.setdefault((one.packed.kind, node.path), []).append(one)
    said = {node.path: node.said for one in held.values() for each in one for node in each.nodes}
    for (kind, path), policies in sorted(held.items()):
        limit = LIMITS[kind].attached
        if len(policies) + 1 > limit:
            yield Problem(
                f"{len(policies) + 1} {SHORT[kind].upper()}s would be attached to {path or 'the root'}, {limit} may be",
                survey.where(said[path]),
                "name fewer differences between units, or set guardrails to false or warn",
            )


def guardrails(survey: Survey, made: Sequence[Attachment], others: Sequence[Resource]) -> Iterator[Resource]:
    """The policies as resources, each after everything in the accounts that it binds."""
    first: dict[tuple[str, ...], Resource] = {}
    for one in made:
        targets = tuple(sorted(node.id for node in one.nodes))
        bound = {member.id for member in survey.members if _bound(member.path, member.name, one)}
        before = [first[targets]] if targets in first else [other for other in others if other.account in bound]
        name = one.packed.name
        id = provisional.policy_id(name)
        properties = {
            "Name": name,
            "Type": one.packed.kind,
            "Description": _description(one.packed),
            "Content": json.loads(one.packed.text),
            "TargetIds": list(targets),
            "Tags": survey.tags(),
        }
        kind = one.packed.kind.lower()
        arn = survey.arn(
            "organizations",
            GLOBAL,
            survey.management.id,
            f"policy/{survey.known.organization_id}/{kind}/{id}",
        )
        at, said = (survey.management, GLOBAL), one.nodes[0].said if len(one.nodes) == 1 else "guardrails"
        policy = survey.make("AWS::Organizations::Policy", at, id, properties, said, arn=arn, after=before)
        first.setdefault(targets, policy)
        yield policy


def _bound(path: str, name: str, one: Attachment) -> bool:
    """Whether an account lies under one of the nodes."""
    own = f"{path}/{OF_ACCOUNT}{name}"
    return any(node.path == ROOT or f"{own}/".startswith(f"{node.path}/") for node in one.nodes)


def _description(packed: PackedPolicy) -> str:
    text = f"Guardrails: {', '.join(sorted(packed.contents))}"
    return text if len(text) <= DESCRIPTION_LIMIT else f"{text[: DESCRIPTION_LIMIT - 1]}…"


def policies(survey: Survey, made: Sequence[Attachment]) -> tuple[OrganizationPolicy, ...]:
    """What will be attached, with the policies that AWS attaches to every node by itself."""
    everywhere = (*(node.id for node in nodes(survey)), survey.management.id)
    own = (
        OrganizationPolicy(
            provisional.policy_id(one.packed.name),
            one.packed.name,
            one.packed.kind,
            one.packed.document,
            tuple(sorted(node.id for node in one.nodes)),
        )
        for one in made
    )
    aws = (
        OrganizationPolicy(id, name, kind, _full_access(kind), tuple(sorted(everywhere)))
        for kind, (id, name) in AWS_MANAGED.items()
    )
    return (*aws, *own)


def _full_access(kind: str) -> PolicyDocument:
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"} | ({"Principal": "*"} if kind == RCP else {})
    return parse_policy({"Version": "2012-10-17", "Statement": [allow]}, where=AWS_MANAGED[kind][1])
