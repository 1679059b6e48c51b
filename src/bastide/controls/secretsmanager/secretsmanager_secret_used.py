"""Somebody used the secret in the last 90 days; one that nobody ever used counts from the day that it was made."""

from bastide.controls.control import control
from bastide.controls.parameter import Parameter
from bastide.controls.secretsmanager.dates import days_since, is_new
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, not_applicable, unknown


@control(
    title="Secrets are used",
    resource_type="AWS::SecretsManager::Secret",
    severity="medium",
    maps_to=("FSBP:SecretsManager.3", "NIST-800-53r5:AC-2(1)", "NIST-800-53r5:AC-3(15)"),
    source="AWS Config Developer Guide, secretsmanager-secret-unused",
    remediation="Delete the secret; it can be restored for a while.",
    config_rule="secretsmanager-secret-unused",
    parameters=(Parameter("unusedForDays", "integer", 90, "days that a secret may be unused"),),
    properties=("LastAccessedDate", "CreatedDate"),
)
def secretsmanager_secret_used(secret: Resource, estate: Estate, *, unused_for_days: int) -> Verdict:
    """FAIL when the secret was not used for longer."""
    if is_new(secret):
        return not_applicable("only a running resource has it")
    for name in ("LastAccessedDate", "CreatedDate"):
        days = days_since(secret, estate, name)
        if isinstance(days, Unknown):
            return unknown(days, name)
        if days is not None:
            return fail(f"nobody used the secret for {days:.0f} days", name) if days > unused_for_days else PASS
    return unknown("nothing says when the secret was used", "LastAccessedDate")
