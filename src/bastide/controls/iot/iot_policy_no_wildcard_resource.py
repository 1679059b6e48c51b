"""Policies of IoT devices name the resources of the service."""

from bastide.controls.control import control
from bastide.controls.iam.wording import any_resource
from bastide.controls.policies import judge, policy_of
from bastide.model import Resource, Verdict


@control(
    title="Policies of IoT devices name the resources of the service",
    resource_type="AWS::IoT::Policy",
    severity="medium",
    maps_to=("Bastide:IoT.wildcard-resource", "NIST-800-53r5:AC-6"),
    source="AWS IoT Core Developer Guide, AWS IoT Core policy resources",
    remediation="Name the clients, topics and filters; policy variables keep one policy for all things.",
    properties=("PolicyDocument",),
)
def iot_policy_no_wildcard_resource(policy: Resource) -> Verdict:
    """FAIL when a statement is about every resource."""
    return judge(policy_of(policy, "PolicyDocument"), any_resource)
