"""An account blocks every kind of public access to S3, for all buckets that it has and will have."""

from bastide.controls.control import control
from bastide.controls.switches import require_on
from bastide.model import PASS, Resource, Verdict

SETTINGS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


@control(
    title="The account blocks public access to all its S3 buckets",
    resource_type="Bastide::S3::AccountPublicAccessBlock",
    severity="medium",
    maps_to=("FSBP:S3.1", "CIS-AWS-3.0:2.1.4", "CIS-AWS-5.0:2.1.4", "NIST-800-53r5:AC-3", "NIST-800-53r5:SC-7"),
    source="Amazon S3 User Guide, Configuring block public access settings for your account",
    remediation="Switch all four settings on for the account: s3control put-public-access-block.",
    heal=dict.fromkeys(SETTINGS, True),
    config_rule="s3-account-level-public-access-blocks-periodic",
    properties=("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"),
)
def s3_account_public_access_blocked(settings: Resource) -> Verdict:
    """FAIL when any of the four settings is off or absent."""
    for name in SETTINGS:
        verdict = require_on(settings, name, f"{name} is off for the account")
        if verdict is not PASS:
            return verdict
    return PASS
