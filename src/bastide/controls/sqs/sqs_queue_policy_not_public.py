"""The policy of a queue lets in nobody who is not named: conditions have to hold the caller to fixed values."""

from bastide.controls.control import control
from bastide.controls.policies import judge_public, policy_of
from bastide.model import Resource, Verdict


@control(
    title="Queues cannot be used by the public",
    resource_type="AWS::SQS::QueuePolicy",
    severity="critical",
    maps_to=("FSBP:SQS.3", "NIST-800-53r5:AC-3", "NIST-800-53r5:SC-7"),
    source="AWS Config Developer Guide, sqs-queue-no-public-access",
    remediation="Name the accounts or roles that use the queue, or add a condition on the account or organization.",
    config_rule="sqs-queue-no-public-access",
    properties=("PolicyDocument",),
)
def sqs_queue_policy_not_public(policy: Resource) -> Verdict:
    """FAIL when a statement allows everybody, and no condition holds the caller to fixed values."""
    return judge_public(policy_of(policy, "PolicyDocument"), "everybody can use the queue")
