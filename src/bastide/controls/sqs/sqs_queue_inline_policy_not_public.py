"""The policy that a template gives one queue lets in nobody who is not named."""

from bastide.controls.control import control
from bastide.controls.policies import judge_public, policy_of
from bastide.model import Resource, Verdict


@control(
    title="Queues cannot be used by the public: policies of one queue",
    resource_type="AWS::SQS::QueueInlinePolicy",
    severity="critical",
    maps_to=("FSBP:SQS.3", "NIST-800-53r5:AC-3", "NIST-800-53r5:SC-7"),
    source="AWS Config Developer Guide, sqs-queue-no-public-access",
    remediation="Name the accounts or roles that use the queue, or add a condition on the account or organization.",
    config_rule="sqs-queue-no-public-access",
    properties=("PolicyDocument",),
)
def sqs_queue_inline_policy_not_public(policy: Resource) -> Verdict:
    """FAIL when a statement allows everybody, and no condition holds the caller to fixed values."""
    return judge_public(policy_of(policy, "PolicyDocument"), "everybody can use the queue")
