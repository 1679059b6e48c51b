"""The steps of the demo, each told as it happens."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bastide.errors import IncompleteError
from bastide.model import Finding, Plan, Status
from bastide.show.demo.denied import try_and_be_denied
from bastide.show.demo.week import MISTAKES, Expected, Week
from bastide.show.deployment import PassingWorkspace
from bastide.show.reports import FORMATS, outcome_text, plan_text
from bastide.show.reports.formats import write_text
from bastide.show.workspace import Settings, Workspace

if TYPE_CHECKING:
    from bastide.apply import Outcome
    from bastide.assess import Assessment
    from bastide.model import Estate
    from bastide.sandbox import Sandbox

PLAN_LINES = 40  # of the first plan that the demo shows; `bastide plan` shows all


class Demo:
    """One run of the demo over one architecture file."""

    def __init__(self, file: Path, report: Path) -> None:
        """A demo of ``file`` that writes ``report``; its state lies in a folder that goes when it ends."""
        self._file = file
        self._report = report

    def run(self) -> bool:
        """Whether every attempt was denied, and the careless week found exactly and healed wholly."""
        from bastide.aws.session import Target
        from bastide.sandbox import Sandbox

        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="bastide-demo-") as folder:
            with step("An empty sandbox organization, in this process"):
                sandbox = Sandbox()
                target = Target.sandbox(sandbox)
            workspace = PassingWorkspace(Settings(self._file), target, Path(folder))
            good = self._play(sandbox, workspace)
            workspace.store.close()
        print(f"\n{'Done' if good else 'NOT AS IT SHOULD BE'} in {time.monotonic() - began:.1f} s.")
        print("This ran on the sandbox: an emulator's yes is not AWS's yes.")
        return good

    def _play(self, sandbox: Sandbox, workspace: Workspace) -> bool:
        self._deploy(workspace)
        before, _ = self._assess(workspace, "Assess it")
        with step("Tried by an administrator of a workload account, and denied"):
            denied = try_and_be_denied(sandbox, workspace, _week(sandbox, workspace))
        with step(f"A careless week: {len(MISTAKES)} mistakes by plain boto3 calls"):
            expected = careless_week(sandbox, workspace)
        after, _ = self._assess(workspace, "Assess again")
        found = new_failures(before, after)
        exact = told(expected, {Expected.of(finding) for finding in found})
        outcome = self._heal(workspace)
        with step("Plan once more"):
            last = workspace.planned(heal=True)
            print(plan_text.summary(last))
        final, estate = self._assess(workspace, "Assess a last time")
        left = new_failures(before, final)
        healed = tuple(finding for finding in found if finding.id not in {one.id for one in left})
        title = f"{workspace.declaration.architecture.organization}: after a careless week and a heal"
        report = workspace.report(final, estate, title=title, healed=healed)
        write_text(FORMATS["html"](report), self._report)
        print(f"\nwrote {self._report}: {len(healed)} findings healed, {len(left)} left to a person")
        able = {control.id for control in workspace.controls if control.heal is not None}
        clean = not any(finding.control in able for finding in _failures(final))
        return denied and exact and clean and outcome.complete and last.empty

    def _deploy(self, workspace: Workspace) -> None:
        lines = len(self._file.read_text(encoding="utf-8").splitlines())
        with step(f"Plan {self._file} ({lines} lines)"):
            plan = workspace.planned()
            text = plan_text.render(plan).splitlines()
            print("\n".join(text[:PLAN_LINES]))
            if len(text) > PLAN_LINES:
                print(f"  … {len(text) - PLAN_LINES - 1} more lines\n{text[-1]}")
        with step("Apply it"):
            outcome = workspace.applied(plan)
            print(outcome_text.render(outcome), end="")
        require(outcome)
        with step("Plan again"):
            again = workspace.planned()
            print(plan_text.render(again), end="")

    @staticmethod
    def _assess(workspace: Workspace, title: str) -> tuple[Assessment, Estate]:
        with step(title):
            assessment, estate = workspace.assessed()
            print(FORMATS["table"](workspace.report(assessment, estate)), end="")
        return assessment, estate

    @staticmethod
    def _heal(workspace: Workspace) -> Outcome:
        with step("The same as drift: plan --heal"):
            plan = workspace.planned(heal=True)
            print(plan_text.render(plan), end="")
        with step("Apply that plan"):
            allowed = data_losses(plan)
            if allowed:
                print(f"allowed to be replaced although it holds data: {', '.join(allowed)}")
            outcome = workspace.applied(plan, allow_data_loss=allowed)
            print(outcome_text.render(outcome), end="")
        return outcome


@contextmanager
def step(title: str) -> Iterator[None]:
    """A heading before, and the seconds after."""
    print(f"\n── {title} {'─' * max(3, 100 - len(title))}", flush=True)
    began = time.monotonic()
    yield
    print(f"   ({time.monotonic() - began:.1f} s)", flush=True)


def careless_week(sandbox: Sandbox, workspace: Workspace) -> set[Expected]:
    """Make every mistake; the findings that they must cause come out."""
    week = _week(sandbox, workspace)
    expected: set[Expected] = set()
    for mistake in MISTAKES:
        print(f"  {mistake.story}")
        expected |= set(mistake.commit(week))
    return expected


def _week(sandbox: Sandbox, workspace: Workspace) -> Week:
    organization = workspace.organization()
    if organization is None:
        raise IncompleteError("there is no organization to be careless in")
    return Week(sandbox, organization, workspace.declaration.architecture.regions.home)


def _failures(assessment: Assessment) -> tuple[Finding, ...]:
    return tuple(finding for finding in assessment.findings if finding.status is Status.FAIL)


def new_failures(before: Assessment, after: Assessment) -> tuple[Finding, ...]:
    """The failures of ``after`` that ``before`` did not have."""
    known = {finding.id for finding in _failures(before)}
    return tuple(finding for finding in _failures(after) if finding.id not in known)


def told(expected: set[Expected], found: set[Expected]) -> bool:
    """Say whether what was found is exactly what was expected, and name every difference."""
    for missing in sorted(expected - found):
        print(f"MISSED    {' '.join(missing)}", file=sys.stderr)
    for extra in sorted(found - expected):
        print(f"TOO MUCH  {' '.join(extra)}", file=sys.stderr)
    exact = expected == found
    print(
        f"\n{len(found)} new findings, {'exactly' if exact else 'NOT'} the {len(expected)} that the week should cause."
    )
    return exact


def data_losses(plan: Plan) -> tuple[str, ...]:
    """Ids of what the plan replaces although it holds data: what a person would have to name."""
    return tuple(
        change.key.id for change in plan.changes if change.data_bearing and change.action in ("replace", "delete")
    )


def require(outcome: Outcome) -> None:
    """Go on only when everything was made.

    Raises:
        IncompleteError: something failed.
    """
    if not outcome.complete:
        raise IncompleteError(f"{len(outcome.failed)} changes failed, {len(outcome.skipped)} were skipped")
