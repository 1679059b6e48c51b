"""Policies of queues name the actions of the service."""

from bastide.controls.control import control
from bastide.controls.iam.wording import any_action
from bastide.controls.policies import ACTIONS, judge, policy_of
from bastide.model import Resource, Verdict


@control(
    title="Policies of queues name the actions of the service",
    resource_type="AWS::SQS::QueuePolicy",
    severity="medium",
    maps_to=("Bastide:SQS.wildcard-action", "NIST-800-53r5:AC-6"),
    source="IAM User Guide, IAM JSON policy elements: Action",
    remediation="Name the actions that are needed.",
    properties=("PolicyDocument",),
)
def sqs_queue_policy_no_wildcard_action(policy: Resource) -> Verdict:
    """FAIL when a statement allows every action."""
    return judge(policy_of(policy, "PolicyDocument"), any_action, ACTIONS)
