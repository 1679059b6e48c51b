"""A bucket's policy lets no other account change who may use the bucket.

Reading across accounts is ordinary; changing the policy, the ACL or the encryption from outside takes the bucket over.
"""

from collections.abc import Iterable
from functools import partial

from bastide.controls.control import control
from bastide.controls.parameter import Parameter
from bastide.controls.policies import judge, policy_of
from bastide.iam.exposure import covers, limits_to_account, overlaps
from bastide.model import Resource, Statement, Verdict

# Source: AWS Security Hub User Guide, "Amazon S3 controls", S3.6, blacklistedActionPatterns.
REFUSED = ["s3:DeleteBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketPolicy", "s3:PutEncryptionConfiguration",
           "s3:PutObjectAcl"]  # fmt: skip


@control(
    title="S3 bucket policies give no control of the bucket to other accounts",
    resource_type="AWS::S3::BucketPolicy",
    severity="high",
    maps_to=("FSBP:S3.6", "NIST-800-53r5:AC-6", "NIST-800-53r5:CA-9(1)"),
    source="Amazon S3 User Guide, Bucket owner granting cross-account bucket permissions",
    remediation="Remove the actions that change policy, ACL or encryption from the statement for the other account.",
    config_rule="s3-bucket-blacklisted-actions-prohibited",
    parameters=(Parameter("blacklistedActionPattern", "list", REFUSED, "actions that no other account may call"),),
    properties=("PolicyDocument",),
)
def s3_bucket_policy_closed_to_other_accounts(
    policy: Resource, *, blacklisted_action_pattern: Iterable[str]
) -> Verdict:
    """FAIL at the first statement that allows a refused action to a principal of another account."""
    return judge(
        policy_of(policy, "PolicyDocument"), partial(_wrong, policy.account, tuple(blacklisted_action_pattern))
    )


def _wrong(account: str, refused: Iterable[str], statement: Statement) -> str:
    if statement.effect != "Allow" or limits_to_account(statement, account):
        return ""
    for action in refused:
        if _allows(statement, action):
            return f"another account may call {action}"
    return ""


def _allows(statement: Statement, action: str) -> bool:
    if statement.action is not None:
        return any(overlaps(pattern, action) for pattern in statement.action)
    return not any(covers(pattern, action, fold=True) for pattern in statement.not_action or ())
