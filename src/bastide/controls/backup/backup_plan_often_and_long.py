"""A backup plan makes recovery points often enough, and keeps them long enough: one of its rules does both."""

from __future__ import annotations

from collections.abc import Mapping

from bastide.controls.backup.schedule import DAY, DEFAULT, longest_gap
from bastide.controls.control import control
from bastide.controls.lookup import elements_of, number
from bastide.controls.parameter import Parameter
from bastide.model import PASS, Resource, Status, Unknown, Value, Verdict, fail, unknown

PATH = "BackupPlan.BackupPlanRule"
UNITS = {"hours": 60, "days": DAY}


@control(
    title="Backup plans back up daily and keep it for 35 days",
    resource_type="AWS::Backup::BackupPlan",
    severity="medium",
    maps_to=("NIST-800-53r5:CP-9", "NIST-800-53r5:CP-10", "NIST-800-53r5:SI-12"),
    source="AWS Config Developer Guide, backup-plan-min-frequency-and-min-retention-check",
    remediation="Give the plan a rule with a schedule and a DeleteAfterDays that are enough.",
    config_rule="backup-plan-min-frequency-and-min-retention-check",
    parameters=(
        Parameter("requiredFrequencyValue", "integer", 1, "units of time that lie between backups at most"),
        Parameter("requiredFrequencyUnit", "string", "days", "hours or days"),
        Parameter("requiredRetentionDays", "integer", 35, "days that a recovery point is kept at least"),
    ),
    properties=("BackupPlan.BackupPlanRule.*.ScheduleExpression", "BackupPlan.BackupPlanRule.*.Lifecycle"),
)
def backup_plan_often_and_long(
    plan: Resource, *, required_frequency_value: int, required_frequency_unit: str, required_retention_days: int
) -> Verdict:
    """FAIL when no rule has both a schedule that is close enough and a lifecycle that is long enough."""
    if required_frequency_unit not in UNITS:
        return unknown(f"requiredFrequencyUnit is {required_frequency_unit!r}, neither hours nor days")
    rules = elements_of(plan.get(PATH))
    if isinstance(rules, Unknown):
        return unknown(rules, PATH)
    most = required_frequency_value * UNITS[required_frequency_unit]
    verdicts = [_judge(rule, most, required_retention_days) for rule in rules]
    for status in (Status.PASS, Status.UNKNOWN, Status.FAIL):
        found = next((one for one in verdicts if one.status is status), None)
        if found is not None:
            return found
    return fail("the plan has no rule", PATH)


def _judge(rule: Value, most: int, days: int) -> Verdict:
    """Whether one rule does both; what surely falls short decides whatever else is unread."""
    if isinstance(rule, Unknown) or not isinstance(rule, Mapping):
        return unknown(rule if isinstance(rule, Unknown) else "not a rule", PATH)
    verdicts = [_often(rule.get("ScheduleExpression"), most), _long(rule.get("Lifecycle"), days)]
    failed = next((one for one in verdicts if one.status is Status.FAIL), None)
    return failed or next((one for one in verdicts if one is not PASS), PASS)


def _often(schedule: Value, most: int) -> Verdict:
    if isinstance(schedule, Unknown):
        return unknown(schedule, PATH)
    try:
        gap = longest_gap(DEFAULT if schedule is None else str(schedule))
    except ValueError as wrong:
        return unknown(str(wrong), PATH)
    if gap is None:
        return fail("the schedule of a rule ends", PATH)
    return PASS if gap <= most else fail(f"up to {gap / 60:g} hours lie between backups", PATH)


def _long(lifecycle: Value, days: int) -> Verdict:
    kept = lifecycle.get("DeleteAfterDays") if isinstance(lifecycle, Mapping) else lifecycle
    if kept is None:
        return PASS  # it never expires
    found = number(kept)
    if isinstance(found, Unknown):
        return unknown(found, PATH)
    return PASS if found >= days or found == -1 else fail(f"recovery points are kept for {found:g} days", PATH)
