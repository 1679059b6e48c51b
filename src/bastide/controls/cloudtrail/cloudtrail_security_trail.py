"""One trail has all that a trail for security needs: all regions, all management events, signed and encrypted files."""

from bastide.controls.cloudtrail.coverage import TRAIL, judge_account, judge_trail
from bastide.controls.control import ACCOUNT, control
from bastide.controls.policies import worst
from bastide.controls.switches import require_on
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown


@control(
    title="Accounts have a trail made for security",
    resource_type=ACCOUNT,
    severity="medium",
    maps_to=("Bastide:CloudTrail.security-trail", "NIST-800-53r5:AU-2", "NIST-800-53r5:AU-9"),
    source="AWS Config Developer Guide, cloudtrail-security-trail-enabled",
    remediation="Give one trail all regions and management events, a KMS key and log file validation.",
    reads=(TRAIL,),
    config_rule="cloudtrail-security-trail-enabled",
)
def cloudtrail_security_trail(account: Resource, estate: Estate) -> Verdict:
    """FAIL when no trail of the account or the organization has all of it."""
    return judge_account(account, estate, _judge)


def _judge(trail: Resource) -> Verdict:
    key = trail.get("KMSKeyId")
    without = unknown(key) if isinstance(key, Unknown) else fail(f"trail {trail.id} has no KMS key")
    encrypted = PASS if isinstance(key, str) and key else without
    signed = require_on(trail, "EnableLogFileValidation", f"trail {trail.id} does not sign its files")
    return worst((judge_trail(trail), encrypted, signed))
