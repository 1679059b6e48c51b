"""``bastide attack``: a sandbox with a deployed architecture, everybody who acts in it, and who said no to them.

One idea: the architecture is deployed as any other, by the same plan and apply. Then an account outside the
organization is made, so that strangers are strangers, and the guardrails stand or (``bare``) are detached: everything
else is equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bastide.errors import InputError
from bastide.show.deployment import deployment
from bastide.show.workspace import Workspace

if TYPE_CHECKING:
    from bastide.attack.matrix import Matrix
    from bastide.attack.result import Refusal, Result
    from bastide.attack.stage import Stage
    from bastide.attack.technique import Script
    from bastide.aws.failure import ClientError
    from bastide.declare.expansion.guardrails import Attachment
    from bastide.declare.expansion.survey import Survey
    from bastide.model import Organization
    from bastide.sandbox import Sandbox
    from bastide.show.progress import Bar

NEEDED = ("log-archive", "audit")
UNUSED = (
    "us-west-2",
    "ap-southeast-2",
    "sa-east-1",
    "ca-central-1",
    "ap-south-1",
)  # one of them is not the architecture's
OUTSIDER = "outsider"
WORKLOADS = "workloads"


@dataclass
class Field:
    """A deployed architecture in a sandbox of this process, ready for attacks on the account named ``victim``."""

    sandbox: Sandbox
    workspace: Workspace
    organization: Organization
    accounts: Mapping[str, str]
    victim: str

    def __post_init__(self) -> None:
        """Work out which policies hold which guardrails, and where they stand."""
        from bastide.declare.expansion.guardrails import attachments
        from bastide.declare.expansion.standing import OF_ACCOUNT, ROOT, standings

        found = _survey(self.workspace, self.organization)
        today = self.workspace.target.clock().date().isoformat()
        self.attachments: dict[str, Attachment] = {one.packed.name: one for one in attachments(found, today, [])}
        on = standings(found, today, [])
        places = {member.name: f"{member.path}/{OF_ACCOUNT}{member.name}" for member in found.members}
        self._standing = {
            name: frozenset(name for name, one in on[path].choices.items() if not one.warn)
            for name, path in {**places, "root": ROOT}.items()
        }

    def in_force(self, where: str) -> frozenset[str]:
        """Names of the guardrails that bind an account, by its name, or the root; none once they are detached."""
        place = self.victim if where == "victim" else where
        return self._standing.get(place, frozenset()) if self.attachments else frozenset()

    @cached_property
    def stage(self) -> Stage:
        """The one stage of the field: what was named once is not named again."""
        return stage_of(self)

    @cached_property
    def witness(self) -> Witness:
        """The one witness of the field."""
        return Witness(self)

    def strip(self) -> None:
        """Detach every policy of guardrails: from now on only AWS's own full-access policies stand."""
        organizations = self.sandbox.session().client("organizations")
        for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
            pages = organizations.get_paginator("list_policies").paginate(Filter=kind)
            for policy in [one for page in pages for one in page["Policies"] if one["Name"] in self.attachments]:
                for target in organizations.list_targets_for_policy(PolicyId=policy["Id"])["Targets"]:
                    organizations.detach_policy(PolicyId=policy["Id"], TargetId=target["TargetId"])
        self.attachments = {}


def _survey(workspace: Workspace, organization: Organization | None) -> Survey:
    from bastide.declare.expansion.survey import survey
    from bastide.show.accounts import known

    declaration = workspace.declaration
    given = known(workspace.target, organization)
    return survey(declaration.architecture, given, str(workspace.settings.file), declaration.place)


def victim_of(workspace: Workspace, wanted: str = "") -> str:
    """Name of the account that is broken into: the one wanted, else the first that is a workload's.

    Raises:
        InputError: there is no such account, or none besides those that keep logs and tools.
    """
    paths = {member.name: member.path for member in _survey(workspace, None).members}
    candidates = [name for name in paths if name not in NEEDED]
    if wanted and wanted not in candidates:
        raise InputError(f"{wanted!r} is no account to break into", "--account", f"one of {', '.join(candidates)}")
    lacking = [name for name in NEEDED if name not in paths]
    if lacking or not candidates:
        what = f"accounts named {' and '.join(lacking)}" if lacking else "an account besides those of logs and tools"
        raise InputError(f"attacks need {what}", str(workspace.settings.file), "add it under ous")
    return wanted or min(candidates, key=lambda name: (not paths[name].startswith(WORKLOADS), candidates.index(name)))


@contextmanager
def deployed(file: Path, account: str = "") -> Iterator[Field]:
    """The architecture, deployed into a new sandbox; its state goes when this ends.

    Raises:
        InputError: the file is wrong, or lacks an account that attacks need, or ``account``.
        IncompleteError: not everything could be deployed.
    """
    with deployment(file, check=lambda workspace: victim_of(workspace, account)) as (sandbox, workspace, organization):
        accounts = {one.name: one.id for one in organization.accounts}
        accounts |= {"management": organization.management_account, OUTSIDER: _outsider(sandbox)}
        yield Field(sandbox, workspace, organization, accounts, victim_of(workspace, account))


def _outsider(sandbox: Sandbox) -> str:
    """The digits of an account that is of no organization; the management account can still enter it."""
    organizations = sandbox.session().client("organizations")
    made = organizations.create_account(Email="outsider@attack.example", AccountName=OUTSIDER)["CreateAccountStatus"]
    status = organizations.describe_create_account_status(CreateAccountRequestId=made["Id"])["CreateAccountStatus"]
    organizations.remove_account_from_organization(AccountId=status["AccountId"])
    return str(status["AccountId"])


def attacked(field: Field, scripts: Iterable[Script], *, bare: bool, progress: Bar | None = None) -> Matrix:
    """Every attack played against a field; with ``bare`` its guardrails are detached before, for good."""
    from bastide.attack import play
    from bastide.attack.matrix import Matrix
    from bastide.show.attack_records import recorded

    if bare:
        field.strip()
    began = datetime.now(UTC)
    results = []
    for script in scripts:
        results.append(play(script, field.stage, field.witness.refusal))
        if progress is not None:
            progress.advance(script.technique.id, results[-1])
    records = recorded(field.sandbox, field.stage, results)
    return Matrix(
        results=tuple(_judged(one, field.in_force(one.technique.where), records) for one in results),
        in_force=field.in_force("victim"),
        organization=field.workspace.declaration.architecture.organization,
        victim=field.victim,
        began=began.isoformat(timespec="seconds").replace("+00:00", "Z"),
        bare=bare,
    )


def stage_of(field: Field) -> Stage:
    """The stage, with sessions of the sandbox."""
    from bastide.attack import Stage

    regions = field.workspace.regions()
    home = field.workspace.declaration.architecture.regions.home
    apart = (field.victim, "management", OUTSIDER)
    neighbours = sorted(name for name in field.accounts if name not in apart)
    return Stage(
        field.sandbox.session_with,
        field.sandbox.session(region=home),
        field.accounts,
        victim=field.victim,
        neighbour=next((name for name in neighbours if name not in NEEDED), neighbours[0]),
        home=home,
        elsewhere=next((region for region in UNUSED if region not in regions), ""),
    )


class Witness:
    """Sees every call that the front refuses, and tells which guardrail's statement it was."""

    def __init__(self, field: Field) -> None:
        """Watch the field's front from now on."""
        self._field = field
        self._last: Any = None
        front = field.sandbox.front
        record = front.record

        def watch(call: Any, response: Any) -> None:
            self._last = call if response.status >= 400 else self._last
            record(call, response)

        front.record = watch

    def refusal(self, error: ClientError) -> Refusal:
        """What said no, in the call that was refused last."""
        from bastide.attack.result import Refusal
        from bastide.aws.handler import error_code

        said = Refusal(error_code(error), str(error))
        judgement = getattr(self._last, "judgement", None)
        part = judgement.refusing if judgement is not None and self._last.operation == error.operation_name else None
        if part is None:
            return said
        guardrails = self._guardrails(part)
        return replace(
            said, action=part.action, policy_type=part.policy_type, policy=part.policy, guardrails=guardrails
        )

    def _guardrails(self, part: Any) -> tuple[str, ...]:
        attached = self._field.attachments.get(part.policy)
        if attached is None or part.statement is None:
            return ()
        return attached.packed.guardrails_of(part.statement, part.action)


def _judged(result: Result, in_force: frozenset[str], records: Mapping[str, str]) -> Result:
    from bastide.attack.matrix import remedy
    from bastide.attack.result import SUCCEEDED
    from bastide.prove.guardrail import all_guardrails

    found = tuple(records[call.request_id] for call in result.calls if call.request_id in records)
    result = replace(result, in_force=in_force, records=found)
    if result.outcome == SUCCEEDED:
        result = replace(result, remedy=remedy(result, frozenset(all_guardrails())))
    return result
