"""An alarm tells somebody, or does something, in each state in which it has to."""

from bastide.controls.control import control
from bastide.controls.parameter import Parameter
from bastide.model import PASS, Resource, Unknown, Verdict, fail, unknown

REQUIRED = "an action is required in this state"


@control(
    title="Alarms have actions",
    resource_type="AWS::CloudWatch::Alarm",
    severity="high",
    maps_to=("SecurityHub:CloudWatch.15", "NIST-800-53r5:AU-6(1)", "NIST-800-53r5:CA-7", "NIST-800-53r5:SI-4(12)"),
    source="AWS Security Hub User Guide, CloudWatch.15; AWS Config Developer Guide, cloudwatch-alarm-action-check",
    remediation="Give the alarm an action for the state ALARM: a topic, or what mends the trouble.",
    config_rule="cloudwatch-alarm-action-check",
    parameters=(
        Parameter("alarmActionRequired", "boolean", True, REQUIRED),
        Parameter("insufficientDataActionRequired", "boolean", False, REQUIRED),
        Parameter("okActionRequired", "boolean", False, REQUIRED),
    ),
    properties=("AlarmActions", "InsufficientDataActions", "OKActions"),
)
def cloudwatch_alarm_acts(
    alarm: Resource,
    *,
    alarm_action_required: bool,
    insufficient_data_action_required: bool,
    ok_action_required: bool,
) -> Verdict:
    """FAIL when a state that needs an action has none."""
    wanted = {
        "AlarmActions": alarm_action_required,
        "InsufficientDataActions": insufficient_data_action_required,
        "OKActions": ok_action_required,
    }
    answer = PASS
    for path in (name for name, required in wanted.items() if required):
        actions = alarm.get(path)
        if isinstance(actions, Unknown):
            answer = unknown(actions, path)
        elif actions is not None and not isinstance(actions, list | tuple):
            answer = unknown("not a list", path)
        elif not actions:
            return fail(f"the alarm has no {path}", path)
    return answer
