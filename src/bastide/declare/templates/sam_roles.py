"""The execution role that SAM makes for a function or a state machine.

The one idea: what SAM would write is written, as a tree that still has its references, so that a policy template on a
table of the template is a policy on that table. A policy template that is not in ``sam_policies.yaml`` is Unknown.

Source: AWS SAM Developer Guide, "AWS::Serverless::Function", "Policies"; "AWS SAM policy template list".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from bastide.declare.templates.sam_events import events_of
from bastide.declare.templates.tree import Map, Seq, is_function, made_map, made_seq

SENDS = {"SQS": "sqs:SendMessage", "SNS": "sns:Publish", "Lambda": "lambda:InvokeFunction",
         "EventBridge": "events:PutEvents"}  # fmt: skip
BROKERS = ("MQ", "MSK", "SelfManagedKafka", "DocumentDB")
PARTITION = "arn:${AWS::Partition}:"


def role(properties: Map, service: str, *managed: str) -> Map:
    """The role's properties: the service's trust, managed policies, inline policies."""
    arns, inline = made_seq(*managed), Seq()
    policies = properties.get("Policies", Seq())
    line = properties.lines.get("Policies", properties.line)
    listed = policies if isinstance(policies, Seq) else made_seq(policies)
    for index, policy in enumerate(listed):
        at = listed.lines[index] or line
        if isinstance(policy, str):
            arns.add(policy if policy.startswith("arn:") else f"arn:aws:iam::aws:policy/{policy}", at)
        elif isinstance(policy, Map) and is_function(policy) and not _chooses_documents(policy):
            arns.add(policy, at)
        else:
            inline.add(_inline(policy, index), at)
    for name, document, at in _sent_on(properties):
        inline.add(made_map(PolicyName=name, PolicyDocument=document), at)
    made = Map(properties.line)
    made.put("AssumeRolePolicyDocument", _trust(service), properties.line)
    made.put("ManagedPolicyArns", arns, line)
    if inline:
        made.put("Policies", inline, line)
    if "PermissionsBoundary" in properties:
        made.put("PermissionsBoundary", properties["PermissionsBoundary"], properties.lines["PermissionsBoundary"])
    return made


def _trust(service: str) -> Map:
    statement = made_map(
        Effect="Allow", Principal=made_map(Service=made_seq(service)), Action=made_seq("sts:AssumeRole")
    )
    return made_map(Version="2012-10-17", Statement=made_seq(statement))


def _document(policy: Any) -> Map:
    """A policy that stands in the template, or what a policy template comes to."""
    if isinstance(policy, Map) and "Statement" in policy:
        return policy
    name = next(iter(policy)) if isinstance(policy, Map) and len(policy) == 1 else ""
    rows = templates().get(name)
    if rows is None:
        return made_map(**{"Fn::Transform": made_map(Name=f"SAM policy template {name}".rstrip())})
    given = policy[name] if isinstance(policy[name], Map) else Map()
    return made_map(Version="2012-10-17", Statement=made_seq(*(_statement(row, given) for row in rows)))


def _statement(row: Mapping[str, Any], given: Map) -> Map:
    service = row["service"]
    actions = made_seq(*(f"{service}:{action}" for action in row["actions"]))
    resources = made_seq(*(_resource(service, one, given) for one in row["resources"]))
    return made_map(Effect="Allow", Action=actions, Resource=resources)


def _resource(service: str, on: str, given: Map) -> Any:
    if on == "*":
        return on
    text = on.removeprefix("=") if on.startswith("=") else PARTITION + on.removeprefix("arn:")
    if not on.startswith(("=", "arn:")):
        text = PARTITION + service + ":${AWS::Region}:${AWS::AccountId}:" + on
    return made_map(**{"Fn::Sub": made_seq(text, given)})


def _sent_on(properties: Map) -> Iterator[tuple[str, Map, int]]:
    """Name, document and line of the policies by which events go elsewhere, and secrets of brokers are read."""
    queue = properties.get("DeadLetterQueue")
    if isinstance(queue, Map) and "TargetArn" in queue:
        document = _allows(SENDS.get(str(queue.get("Type")), SENDS["SQS"]), queue["TargetArn"])
        yield "DeadLetterQueuePolicy", document, properties.lines["DeadLetterQueue"]
    invoked = properties.get("EventInvokeConfig")
    targets = invoked.get("DestinationConfig") if isinstance(invoked, Map) else None
    for name, target in targets.items() if isinstance(targets, Map) else ():
        action = SENDS.get(str(target.get("Type"))) if isinstance(target, Map) else None
        if action and "Destination" in target:
            yield f"EventInvokeConfig{name}Policy", _allows(action, target["Destination"]), target.line
    for kind, event, line in events_of(properties):
        used = event.get("SourceAccessConfigurations") if kind in BROKERS else None
        uris = [one["URI"] for one in used if isinstance(one, Map) and "URI" in one] if isinstance(used, list) else []
        if uris:
            yield f"SamAutoGenerated{kind}Policy", _allows("secretsmanager:GetSecretValue", made_seq(*uris)), line


def _allows(action: str, resource: Any) -> Map:
    statement = made_map(Effect="Allow", Action=action, Resource=resource)
    return made_map(Version="2012-10-17", Statement=made_seq(statement))


def _chooses_documents(policy: Map) -> bool:
    """Whether an ``Fn::If`` chooses between policies that are written down, or policy templates."""
    return any(isinstance(one, Map) and not is_function(one) for one in _branches(policy))


def _branches(policy: Map) -> list[Any]:
    chosen = policy.get("Fn::If")
    return list(chosen[1:]) if isinstance(chosen, list) and len(chosen) == 3 else []


def _inline(policy: Any, index: int) -> Map:
    """An inline policy; a choice between two is a choice between two inline policies."""
    branches = _branches(policy) if isinstance(policy, Map) else []
    if branches:
        made = [one if isinstance(one, Map) and "Ref" in one else _inline(one, index) for one in branches]
        return made_map(**{"Fn::If": made_seq(policy["Fn::If"][0], *made)})
    return made_map(PolicyName=f"Policy{index}", PolicyDocument=_document(policy))


@cache
def templates() -> Mapping[str, Any]:
    """The statements of each policy template by its name."""
    text = (files("bastide.declare.templates") / "sam_policies.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.safe_load(text)
    return found
