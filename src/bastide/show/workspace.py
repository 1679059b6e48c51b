"""Where everything is wired: one architecture file, its ``.bastide`` folder, one target.

A ``Workspace`` answers the questions that commands ask: what is declared, what runs, what differs, what is wrong. It
opens sessions and the store when first needed, and hands plain values to the pure packages.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bastide.errors import InputError, TargetError
from bastide.model import GLOBAL, Account, Change, Estate, Organization, Plan
from bastide.model.bulk import search_seldom
from bastide.model.platform import DEPLOYER, READER, role_path
from bastide.show import stated
from bastide.show.accounts import former_accounts, known, refuse_inactive
from bastide.show.healing import assessed_types, with_healed
from bastide.show.looking import Found, enabled_regions, find_accounts, take_look
from bastide.show.targets import open_sandbox, open_target

if TYPE_CHECKING:
    from bastide.apply import Outcome
    from bastide.apply import Progress as ApplyProgress
    from bastide.assess import Assessment, Baseline
    from bastide.aws.handler import Lister
    from bastide.aws.session import Target
    from bastide.collect import Progress
    from bastide.controls import Control
    from bastide.declare.read import Declaration
    from bastide.plan import Observation
    from bastide.sandbox.process import Endpoint
    from bastide.show.reports import Report
    from bastide.store import Store
    from bastide.store.history import Look

STATE = ".bastide"
TARGETS = ("sandbox", "aws")


@dataclass(frozen=True)
class Settings:
    """What a command line says of where to work. ``file``: the architecture; its folder holds ``.bastide``.

    ``controls``: files and folders of own controls. ``fileless``: there is no such file; ``regions``: those to look
    at, instead of the file's or of all that are enabled. ``since_last``: read only what has changed since the last
    assessment, and what was read longer than ``max_age`` ago.
    """

    file: Path = Path("architecture.yaml")
    target: str = "sandbox"
    profile: str = ""
    role: str = ""
    external_id: str = ""
    controls: tuple[Path, ...] = ()
    fileless: bool = False
    regions: tuple[str, ...] = ()
    since_last: bool = False
    max_age: timedelta | None = None

    def __post_init__(self) -> None:
        """Refuse a target that does not exist.

        Raises:
            InputError: the target is neither sandbox nor aws, or options for AWS were given for the sandbox.
        """
        if self.target not in TARGETS:
            raise InputError(f"{self.target!r} is no target", fix=f"one of {', '.join(TARGETS)}")
        if self.target == "sandbox" and (self.profile or self.role or self.external_id):
            raise InputError("--profile, --role and --external-id are for --target aws", fix="add --target aws")

    @property
    def state(self) -> Path:
        """The folder that holds the database and the sandbox's journal."""
        return Path(os.environ.get("BASTIDE_STATE") or self.file.parent / STATE)


class Workspace:
    """One architecture on one target."""

    def __init__(self, settings: Settings, target: Target | None = None) -> None:
        """A workspace of ``settings``; ``target`` replaces the one that they name (an in-process sandbox)."""
        search_seldom()
        self.settings = settings
        self._given_target = target
        self.look: Look | None = None  # what the last assessment saw
        self.notes: list[str] = []  # what an assessment did not look at, and why
        self.left_to_people = 0  # findings that the last plan with ``heal`` leaves to a person

    @cached_property
    def target(self) -> Target:
        """The target, opened now; the sandbox's server is started when it does not run."""
        if self._given_target is not None:
            return self._given_target
        return open_target(self.settings.target, self.settings.profile, self.settings.state)

    def sandbox_endpoint(self) -> Endpoint:
        """The sandbox's server, started now when it does not run.

        Raises:
            InputError: the extra that holds the emulator is not installed.
        """
        return open_sandbox(self.settings.state)

    @property
    def reader(self) -> str:
        """The role, with its path, that looks into member accounts."""
        return self.settings.role or role_path(READER)

    @cached_property
    def store(self) -> Store:
        """The database of runs, ledger, ownership and findings."""
        from bastide.store import Store

        self.settings.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.settings.state / "state.db"
        path.touch(mode=0o600)  # it holds the state of every resource before each change
        return Store.open(path)

    @property
    def has_store(self) -> bool:
        """Whether there is a database already."""
        return (self.settings.state / "state.db").exists()

    @cached_property
    def declaration(self) -> Declaration:
        """The architecture file, read and checked."""
        from bastide.declare.read import read_architecture

        return read_architecture(self.settings.file)

    @cached_property
    def external_id(self) -> str:
        """What the platform's roles on this target ask for: the file's word, else one that the store keeps.

        Raises:
            TargetError: neither says it, and what runs cannot be read.
        """
        from bastide.show.entering import kept_external_id

        try:
            said = self.declaration.architecture.identity.external_id
        except InputError:  # to take a run back needs no file
            said = ""
        return said or kept_external_id(self.target, self.store)

    def enter_to_read(self) -> None:
        """Look into accounts as the reader from now on."""
        from bastide.show.entering import ways

        settings = self.settings
        try:
            kept = settings.external_id or self.external_id
        except TargetError:  # its role will not let us in, which is said then; what needs the id itself says so
            kept = ""
        self.target.enter_by(ways(READER, settings.role, kept, settings.external_id))

    def enter_to_change(self, changes: Iterable[Change], run_id: str) -> None:
        """Enter accounts as the deployer from now on; CloudTrail then names the run that made a call.

        Raises:
            InputError: the role that the settings name is one that guardrails bind.
            TargetError: the external id of the deployers cannot be read.
        """
        from bastide.show.entering import refuse_unprotected, to_change, ways

        settings = self.settings
        refuse_unprotected(settings.role)
        kept = settings.external_id or self.external_id
        wanted = ways(DEPLOYER, settings.role, kept, settings.external_id)
        self.target.enter_by(to_change(changes, wanted), f"bastide-{run_id}")

    def organization(self) -> Organization | None:
        """The organization as it is now; None when there is none yet."""
        from bastide.collect import read_organization

        return read_organization(self.target)

    def declared(
        self,
        organization: Organization | None,
        networks: Mapping[tuple[str, str], str] | None = None,
        former: Sequence[Account] = (),
    ) -> Estate:
        """The estate that the file declares, with the identifiers and the ``networks`` that there are already.

        ``former``: accounts of ours that the file no longer names.
        """
        from bastide.aws.permissions import platform_policies
        from bastide.aws.registry import kinds
        from bastide.declare.expand import expand

        given = replace(
            known(self.target, organization),
            networks=networks or {},
            former=tuple(former),
            external_id=self.external_id,
            platform_policies=platform_policies(kinds()),
        )
        return expand(
            self.declaration.architecture,
            given,
            file=str(self.settings.file),
            places=self.declaration.place,
            today=self.target.clock().date().isoformat(),
        )

    def modelled(self) -> Estate:
        """The estate that the file declares, without asking any target: all identifiers are provisional."""
        return stated.modelled(self.declaration, str(self.settings.file), now().date().isoformat())

    def observed(
        self,
        organization: Organization | None,
        types: Iterable[str] | Mapping[str, Lister],
        regions: Sequence[str],
        progress: Progress | None = None,
        accounts: Iterable[str] | None = None,
    ) -> Estate:
        """Resources of ``types`` (names, or what lists them) as they are now, in all accounts or in those named."""
        from bastide.collect import collect

        at = self.target.clock()
        return collect(self.target, organization, types, regions, read_at=at, accounts=accounts, progress=progress)

    def planned(self, *, heal: bool = False, progress: Progress | None = None) -> Plan:
        """What would make the organization what the file says; ``heal`` adds repairs of what is not declared."""
        from bastide.assess import run
        from bastide.aws.registry import kinds
        from bastide.declare.expansion.addresses import networks_in
        from bastide.plan import diff

        self.enter_to_read()
        organization = self.organization()
        declared = self.declared(organization)
        refuse_inactive(organization, declared)
        owned = self.store.owned(self.target.label)
        former = former_accounts(organization, declared, owned)
        # What lies in an account that left the file stays as it is: quarantine keeps evidence.
        owned -= {key for key in owned if key.account in {account.id for account in former}}
        types = {resource.type for resource in declared.resources} | {key.type for key in owned}
        if heal:
            types |= assessed_types(self.controls)
        regions = sorted({*declared.regions, *(key.region for key in owned)} - {GLOBAL})
        observed = self.observed(organization, types, regions, progress)
        networks = networks_in(observed)
        if former or not networks.items() <= networks_in(declared).items():
            declared = self.declared(organization, networks, former)  # what runs keeps its addresses
        desired = declared
        if heal:
            found = self.exempted(run(observed, self.controls), observed)
            desired, self.left_to_people = with_healed(declared, observed, found, self.controls)
        pins = self.store.bindings(self.target.label)
        return diff(desired, observed, kinds(), owned=owned, pins=pins, target=self.target.name)

    def applied(
        self,
        plan: Plan,
        *,
        allow_data_loss: Iterable[str] = (),
        progress: ApplyProgress | None = None,
        digest: str = "",
    ) -> Outcome:
        """What came of carrying out a plan, after a look whether what it was made from still stands."""
        from bastide.apply import apply

        run_id = self.new_run()
        self.enter_to_change(plan.changes, run_id)
        return apply(
            plan,
            self.target,
            self.store,
            run_id=run_id,
            now=self.target.clock,
            progress=progress,
            allow_data_loss=frozenset(allow_data_loss),
            recheck=lambda: self.observation(plan),
            digest=digest,
        )

    def observation(self, plan: Plan) -> Observation:
        """What the plan's changes were made from, as it is now."""
        from bastide.aws.registry import kinds
        from bastide.plan import observation

        organization = self.organization()
        there = {account.id for account in organization.accounts} if organization else set()
        accounts = sorted({change.key.account for change in plan.changes} & (there | {self.target.management_account}))
        types = {change.key.type for change in plan.changes}
        regions = sorted({change.key.region for change in plan.changes} - {GLOBAL})
        observed = self.observed(organization, types, regions, accounts=accounts)
        return observation(plan.changes, observed, kinds())

    def new_run(self) -> str:
        """A run id that sorts by time and can be read aloud: 20261124-063107-1."""
        stem = self.target.clock().strftime("%Y%m%d-%H%M%S")
        taken = {run.id for run in self.store.runs()}
        return next(name for number in count(1) if (name := f"{stem}-{number}") not in taken)

    @cached_property
    def controls(self) -> tuple[Control, ...]:
        """The controls that are judged by: shipped, of plug-ins, and of the files that the settings name."""
        from bastide.show.chosen import chosen_controls

        return chosen_controls(self.settings.controls)

    def assessed(self, *, include_passes: bool = False, progress: Progress | None = None) -> tuple[Assessment, Estate]:
        """What all controls say of what runs, and the estate that they judged."""
        from bastide.assess import run

        controls = self.controls
        self.enter_to_read()
        found = find_accounts(self.target) if self.settings.fileless else Found(self.organization())
        self.notes = [found.note] if found.note else []
        settings = self.settings
        before = self.store.look(self.target.label) if settings.since_last else None
        if settings.since_last and before is None:
            self.notes.append("there is no earlier look to start from: all is read")
        self.look, note = take_look(self.target, found, controls, self.regions(), before=before,
                                    max_age=settings.max_age, progress=progress)  # fmt: skip
        self.notes += [note] if note else []
        observed = self.look.estate
        return self.exempted(run(observed, controls, include_passes=include_passes), observed), observed

    def assessed_model(self, *, include_passes: bool = False) -> tuple[Assessment, Estate]:
        """What all controls say of what the file declares."""
        from bastide.assess import run

        estate = self.modelled()
        return self.exempted(run(estate, self.controls, include_passes=include_passes), estate), estate

    def exempted(self, assessment: Assessment, estate: Estate) -> Assessment:
        """The assessment after the exemptions of the file, and what the platform accepts of itself."""
        from bastide.assess import exempted

        if self.settings.fileless:
            return assessment
        known = stated.exemptions(self.declaration.architecture)
        return exempted(assessment, known, estate.organization, now().date().isoformat())

    def guardrails(self) -> dict[str, tuple[str, ...]]:
        """Names of the guardrails that the file puts in force, by unit where they differ from the unit above."""
        if self.settings.fileless:
            return {}
        return stated.guardrails(self.declaration.architecture, now().date().isoformat())

    def report(
        self, assessment: Assessment, estate: Estate, *, baseline: Baseline | None = None, **more: Any
    ) -> Report:
        """An assessment ready to be shown; with a baseline, only what is new."""
        from bastide.show.reports import Report

        shown = baseline.new(assessment.findings) if baseline else assessment.findings
        return Report(
            findings=shown,
            compared=baseline is not None,
            estate=estate,
            controls={control.id: control for control in self.controls},
            counts=assessment.by_status,
            guardrails=self.guardrails(),
            generated_at=estate.read_at or now().isoformat(timespec="seconds").replace("+00:00", "Z"),
            **more,
        )

    def regions(self) -> tuple[str, ...]:
        """The regions to look at: those that the settings name, else those that the file allows, and its home."""
        if self.settings.regions or self.settings.fileless:
            return self.settings.regions or enabled_regions(self.target)
        asked = self.declaration.architecture.regions
        return tuple(sorted({asked.home, *asked.allowed}))


def now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)
