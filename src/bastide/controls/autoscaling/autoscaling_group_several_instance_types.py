"""An Auto Scaling group uses several instance types, so that it grows where one of them is sold out.

The same type named twice is one type.
"""

from collections.abc import Mapping

from bastide.controls.control import control
from bastide.controls.lookup import elements_of, text
from bastide.model import PASS, Resource, Unknown, Value, Verdict, fail, not_applicable, unknown

OVERRIDES = "MixedInstancesPolicy.LaunchTemplate.Overrides"


@control(
    title="Auto Scaling groups use several instance types",
    resource_type="AWS::AutoScaling::AutoScalingGroup",
    severity="medium",
    maps_to=("FSBP:AutoScaling.6", "NIST-800-53r5:CP-10", "NIST-800-53r5:SC-36"),
    source="AWS Config Developer Guide, autoscaling-multiple-instance-types",
    remediation="Give the group a mixed instances policy with two or more types.",
    config_rule="autoscaling-multiple-instance-types",
    properties=("MixedInstancesPolicy",),
)
def autoscaling_group_several_instance_types(group: Resource) -> Verdict:
    """FAIL when fewer than two types are named; NOT_APPLICABLE where they are chosen by their attributes."""
    overrides = elements_of(group.get(OVERRIDES))
    if isinstance(overrides, Unknown):
        return unknown(overrides, OVERRIDES)
    wanted = [one.get("InstanceRequirements") for one in overrides if isinstance(one, Mapping)]
    if any(isinstance(one, Mapping) for one in wanted):
        return not_applicable("types are chosen by their attributes")
    types = [_type(one) for one in overrides]
    known = {one for one in types if isinstance(one, str)}
    gaps = [one for one in types if isinstance(one, Unknown)]
    doubts = [one for one in wanted if isinstance(one, Unknown)]
    if len(known) >= 2:
        return PASS
    if doubts or len(known) + len(gaps) >= 2:
        return unknown((doubts or gaps)[0], OVERRIDES)
    return fail("the group uses one instance type", OVERRIDES)


def _type(override: Value) -> str | Unknown | None:
    """The type that an override names; None where it names none."""
    if not isinstance(override, Mapping):
        return override if isinstance(override, Unknown) else Unknown("not an override")
    named = override.get("InstanceType")
    return None if named is None else text(named)
