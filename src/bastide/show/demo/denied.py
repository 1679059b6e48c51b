"""Tried and denied: what an administrator of a workload account attempts, and which guardrail says no.

One idea: the calls are plain boto3 under a role that may do everything in its account; the refusal is AWS's own, and
the guardrails that would each refuse the call alone are named.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bastide.aws.failure import ClientError
from bastide.errors import ContractError
from bastide.iam.decide import find
from bastide.iam.request import Request
from bastide.model import PolicyDocument
from bastide.show.demo.week import Week

if TYPE_CHECKING:
    from bastide.sandbox import Sandbox
    from bastide.sandbox.call import Call
    from bastide.sandbox.wire import HttpResponse
    from bastide.show.workspace import Workspace

ACCOUNT = "shop-prod"
ROLE = "shop-admin"
FAR = "ap-southeast-2"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


@dataclass(frozen=True)
class Attempt:
    """One attempt: in words, and the call, which gets a boto3 session of the role and the home region."""

    story: str
    make: Callable[[Any, str], Any]


ATTEMPTS = (
    Attempt(
        "turns off encryption by default",
        lambda aws, home: aws.client("ec2", home).disable_ebs_encryption_by_default(),
    ),
    Attempt(
        "launches an instance that answers IMDSv1",
        lambda aws, home: aws.client("ec2", home).run_instances(
            ImageId="ami-12c6146b", MinCount=1, MaxCount=1, MetadataOptions={"HttpTokens": "optional"}
        ),
    ),
    Attempt(
        "stops the configuration recorder",
        lambda aws, home: aws.client("config", home).stop_configuration_recorder(ConfigurationRecorderName="default"),
    ),
    Attempt("starts a queue in another Region", lambda aws, home: aws.client("sqs", FAR).create_queue(QueueName="x")),
    Attempt("makes a user with keys", lambda aws, home: aws.client("iam").create_user(UserName="backdoor")),
    Attempt("leaves the organization", lambda aws, home: aws.client("organizations").leave_organization()),
)


def try_and_be_denied(sandbox: Sandbox, workspace: Workspace, week: Week) -> bool:
    """Print what each attempt is answered; whether every one was denied by a guardrail that is known by name.

    The role that tries is there only as long.
    """
    guardrails = statements_in_force(workspace)
    iam = week.client("iam", ACCOUNT)
    manager = f"arn:aws:iam::{week.account(week.management)}:root"
    trust = {"Effect": "Allow", "Principal": {"AWS": manager}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=document)
    iam.attach_role_policy(RoleName=ROLE, PolicyArn=ADMINISTRATOR)
    session = sandbox.session(week.account(ACCOUNT), week.home, ROLE)
    denied = [_tried(sandbox, session, week.home, attempt, guardrails) for attempt in ATTEMPTS]
    iam.detach_role_policy(RoleName=ROLE, PolicyArn=ADMINISTRATOR)
    iam.delete_role(RoleName=ROLE)
    return all(denied)


def _tried(sandbox: Sandbox, session: Any, home: str, attempt: Attempt, guardrails: dict[str, PolicyDocument]) -> bool:
    asked: list[Request] = []
    record = sandbox.front.record

    def note(call: Call, response: HttpResponse) -> None:
        refusing = call.judgement.refusing if call.judgement is not None else None
        asked.extend([refusing.request] if refusing is not None and refusing.request is not None else [])
        record(call, response)

    sandbox.front.record = note
    try:
        attempt.make(session, home)
    except ClientError as error:
        code = error.response["Error"]["Code"]
    else:
        print(f"  {ROLE} {attempt.story}: NOT DENIED")
        return False
    finally:
        sandbox.front.record = record
    names = sorted(set(refusing_guardrails(asked[-1], guardrails))) if asked else []
    print(f"  {ROLE} {attempt.story}: {code}, by {', '.join(names) or 'no guardrail'}")
    return bool(names)


def statements_in_force(workspace: Workspace) -> dict[str, PolicyDocument]:
    """The policy of each guardrail that stands in the account, by name."""
    from bastide.declare.expansion.guardrails import shared_values
    from bastide.declare.expansion.standing import OF_ACCOUNT, standings
    from bastide.declare.expansion.survey import survey
    from bastide.show.accounts import known

    found = survey(workspace.declaration.architecture, known(workspace.target, workspace.organization()))
    member = next((one for one in found.members if one.name == ACCOUNT), None)
    if member is None:
        raise ContractError(f"the demo needs an account named {ACCOUNT}", fix="use examples/acme.yaml")
    standing = standings(found, "", [])[f"{member.path}/{OF_ACCOUNT}{member.name}"]
    values = shared_values(found)
    return {
        name: PolicyDocument(tuple(choice.statements(values)))
        for name, choice in standing.choices.items()
        if not choice.warn
    }


def refusing_guardrails(request: Request, guardrails: dict[str, PolicyDocument]) -> Iterator[str]:
    """The guardrails that refuse the request, each by itself."""
    return (name for name, document in guardrails.items() if find((document,), request, "Deny") is not None)
