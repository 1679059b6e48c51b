"""``bastide attack``: a sandbox with a deployed architecture, everybody who acts in it, and who said no to them.

One idea: the architecture is deployed as any other, by the same plan and apply. Then an account outside the
organization is made, so that strangers are strangers, and the guardrails stand or (``bare``) are detached: everything
else is equal.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bastide.errors import IncompleteError, InputError
from bastide.show.workspace import Settings, Workspace

if TYPE_CHECKING:
    from bastide.attack.matrix import Matrix
    from bastide.attack.result import Refusal, Result
    from bastide.attack.stage import Stage
    from bastide.attack.technique import Script
    from bastide.aws.failure import ClientError
    from bastide.declare.expansion.guardrails import Attachment
    from bastide.model import Organization
    from bastide.sandbox import Sandbox
    from bastide.show.progress import Bar

NEEDED = ("log-archive", "audit")
UNUSED = ("us-west-2", "ap-southeast-2", "sa-east-1")  # one of them is not the architecture's
OUTSIDER = "outsider"
OWN_POLICIES = "bastide-"


@dataclass
class Field:
    """A deployed architecture in a sandbox of this process, ready for attacks."""

    sandbox: Sandbox
    workspace: Workspace
    organization: Organization
    accounts: Mapping[str, str]

    def in_force(self, account: str) -> frozenset[str]:
        """Names of the guardrails that bind an account, by its name; none once they are detached."""
        if not self.attachments:
            return frozenset()
        return self._standing[account]

    def __post_init__(self) -> None:
        """Work out which policies hold which guardrails, and where they stand."""
        from bastide.declare.expansion.guardrails import attachments
        from bastide.declare.expansion.standing import OF_ACCOUNT, standings
        from bastide.declare.expansion.survey import survey
        from bastide.show.accounts import known

        declaration = self.workspace.declaration
        given = known(self.workspace.target, self.organization)
        found = survey(declaration.architecture, given, str(self.workspace.settings.file), declaration.place)
        today = self.workspace.target.clock().date().isoformat()
        self.attachments: dict[str, Attachment] = {one.packed.name: one for one in attachments(found, today, [])}
        on = standings(found, today, [])
        self._standing = {
            member.name: frozenset(
                name for name, one in on[f"{member.path}/{OF_ACCOUNT}{member.name}"].choices.items() if not one.warn
            )
            for member in found.members
        }
        self.paths = {member.name: member.path for member in found.members}

    def strip(self) -> None:
        """Detach every policy of guardrails: from now on only AWS's own full-access policies stand."""
        organizations = self.sandbox.session().client("organizations")
        for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
            for policy in organizations.list_policies(Filter=kind)["Policies"]:
                if policy["Name"].startswith(OWN_POLICIES):
                    for target in organizations.list_targets_for_policy(PolicyId=policy["Id"])["Targets"]:
                        organizations.detach_policy(PolicyId=policy["Id"], TargetId=target["TargetId"])
        self.attachments = {}

    def victim(self, wanted: str = "") -> str:
        """Name of the account that is broken into: the one wanted, else a workload's with the most guardrails.

        Raises:
            InputError: there is no such account, or none besides those that keep logs and tools.
        """
        candidates = [name for name in self.accounts if name in self.paths and name not in NEEDED]
        if wanted and wanted not in self.paths:
            raise InputError(
                f"there is no member account named {wanted}", "--account", f"one of {', '.join(self.paths)}"
            )
        if wanted in NEEDED:
            raise InputError(f"{wanted} keeps the platform's own things", "--account", "name an account of a workload")
        if not candidates:
            raise InputError("the architecture has no account to break into", fix="add an account under ous")
        order = sorted(
            candidates,
            key=lambda name: (-len(self._standing[name]), not self.paths[name].startswith("workloads"), name),
        )
        return wanted or order[0]


@contextmanager
def deployed(file: Path) -> Iterator[Field]:
    """The architecture, deployed into a new sandbox; its state goes when this ends.

    Raises:
        InputError: the file is wrong, or lacks an account that attacks need.
        IncompleteError: not everything could be deployed.
    """
    from bastide.aws.session import Target
    from bastide.sandbox import Sandbox

    sandbox = Sandbox()
    with tempfile.TemporaryDirectory(prefix="bastide-attack-") as folder:
        workspace = _Passing(Settings(file), Target.sandbox(sandbox), Path(folder))
        workspace.declaration  # noqa: B018 - a wrong file is told before anything is made
        outcome = workspace.applied(workspace.planned())
        if not outcome.complete:
            raise IncompleteError(f"{len(outcome.failed)} changes failed, {len(outcome.skipped)} were skipped")
        organization = workspace.organization()
        if organization is None:
            raise IncompleteError("there is no organization after deploying")
        accounts = {account.name: account.id for account in organization.accounts}
        lacking = [name for name in NEEDED if name not in accounts]
        if lacking:
            raise InputError(f"attacks need an account named {' and '.join(lacking)}", str(file), "add it under ous")
        accounts |= {"management": organization.management_account, OUTSIDER: _outsider(sandbox)}
        try:
            yield Field(sandbox, workspace, organization, accounts)
        finally:
            workspace.store.close()


class _Passing(Workspace):
    """A workspace whose state is kept in a folder of its own."""

    def __init__(self, settings: Settings, target: Any, folder: Path) -> None:
        super().__init__(settings, target)
        from bastide.store import Store

        self.store = Store.open(folder / "state.db")


def _outsider(sandbox: Sandbox) -> str:
    """The digits of an account that is of no organization; the management account can still enter it."""
    organizations = sandbox.session().client("organizations")
    made = organizations.create_account(Email="outsider@attack.example", AccountName=OUTSIDER)["CreateAccountStatus"]
    status = organizations.describe_create_account_status(CreateAccountRequestId=made["Id"])["CreateAccountStatus"]
    organizations.remove_account_from_organization(AccountId=status["AccountId"])
    return str(status["AccountId"])


def attacked(
    field: Field, scripts: Iterable[Script], victim: str, *, bare: bool, progress: Bar | None = None
) -> Matrix:
    """Every attack played against a field; with ``bare`` its guardrails are detached before, for good."""
    from bastide.attack import play
    from bastide.attack.matrix import Matrix
    from bastide.show.attack_records import recorded

    if bare:
        field.strip()
    began = datetime.now(UTC)
    stage = stage_of(field, victim)
    witness = Witness(field)
    results = []
    for script in scripts:
        results.append(play(script, stage, witness.refusal))
        if progress is not None:
            progress.advance(script.technique.id, results[-1])
    in_force = frozenset(field.in_force(victim)) | _elsewhere(field)
    records = recorded(field.sandbox, stage, results)
    return Matrix(
        results=tuple(_judged(one, in_force, records) for one in results),
        in_force=in_force,
        organization=field.workspace.declaration.architecture.organization,
        victim=victim,
        began=began.isoformat(timespec="seconds").replace("+00:00", "Z"),
        bare=bare,
    )


def _elsewhere(field: Field) -> frozenset[str]:
    """What stands in the platform's own accounts, in which some techniques play."""
    return frozenset.intersection(*(field.in_force(name) for name in NEEDED))


def stage_of(field: Field, victim: str) -> Stage:
    """The stage for a victim, with sessions of the sandbox."""
    from bastide.attack import Stage

    regions = field.workspace.regions()
    home = field.workspace.declaration.architecture.regions.home
    neighbours = [name for name in field.paths if name not in (victim, *NEEDED)] or [NEEDED[0]]
    return Stage(
        field.sandbox.session_with,
        field.sandbox.session(region=home),
        field.accounts,
        victim=victim,
        neighbour=sorted(neighbours)[0],
        home=home,
        elsewhere=next(region for region in UNUSED if region not in regions),
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
    if result.outcome == SUCCEEDED:
        result = replace(result, remedy=remedy(result.technique, in_force, frozenset(all_guardrails())))
    return result.found_in(found)
