"""A stopped instance is removed after a while, before its software is forgotten and started again unpatched."""

from bastide.controls.control import control
from bastide.controls.iam.credentials import now, parse_time
from bastide.controls.parameter import Parameter
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, not_applicable, unknown

STATE, SINCE = "State.Name", "StateTransitionTime"


@control(
    title="Stopped instances are removed",
    resource_type="AWS::EC2::Instance",
    severity="medium",
    maps_to=("FSBP:EC2.4", "NIST-800-53r5:CM-2(2)"),
    source="AWS Config Developer Guide, ec2-stopped-instance",
    remediation="Keep an image of the instance if it may be needed, then terminate it.",
    config_rule="ec2-stopped-instance",
    parameters=(Parameter("AllowedDays", "integer", 30, "days that an instance may be stopped"),),
    properties=("State", "StateTransitionTime"),
)
def ec2_instance_not_long_stopped(instance: Resource, estate: Estate, *, allowed_days: int) -> Verdict:
    """FAIL when the instance was stopped for more days; NOT_APPLICABLE to one that is yet to be made."""
    state = instance.get(STATE)
    if isinstance(state, Unknown):
        return unknown(state, STATE)
    if state is None:
        new = instance.origin.source in ("declared", "template")
        return not_applicable("the instance is yet to be made") if new else unknown("its state was not read", STATE)
    if state != "stopped":
        return PASS
    since, today = instance.get(SINCE), now(estate)
    moment = since if isinstance(since, Unknown) else parse_time(since)
    if isinstance(moment, Unknown) or moment is None:
        return unknown("nothing says when the instance was stopped" if moment is None else moment, SINCE)
    if isinstance(today, Unknown):
        return unknown(today, SINCE)
    days = (today - moment).days
    return fail(f"the instance was stopped {days} days ago", SINCE) if days > allowed_days else PASS
