"""The policy that a template gives one topic lets in nobody who is not named."""

from bastide.controls.control import control
from bastide.controls.policies import judge_public, policy_of
from bastide.model import Resource, Verdict


@control(
    title="Topics cannot be used by the public: policies of one topic",
    resource_type="AWS::SNS::TopicInlinePolicy",
    severity="critical",
    maps_to=("FSBP:SNS.4", "NIST-800-53r5:AC-3", "NIST-800-53r5:SC-7"),
    source="AWS Security Hub User Guide, SNS.4; Amazon SNS Developer Guide, Access control",
    remediation="Name the accounts or roles that use the topic, or add a condition on the account or organization.",
    config_rule="sns-topic-no-public-access",
    properties=("PolicyDocument",),
)
def sns_topic_inline_policy_not_public(policy: Resource) -> Verdict:
    """FAIL when a statement allows everybody, and no condition holds the caller to fixed values."""
    return judge_public(policy_of(policy, "PolicyDocument"), "everybody can use the topic")
