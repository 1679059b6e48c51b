"""The secret was rotated in the last 90 days; one that never was counts from the day that it was made."""

from bastide.controls.control import control
from bastide.controls.parameter import Parameter
from bastide.controls.secretsmanager.dates import days_since, is_new
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, not_applicable, unknown


@control(
    title="Secrets were rotated lately",
    resource_type="AWS::SecretsManager::Secret",
    severity="medium",
    maps_to=("FSBP:SecretsManager.4", "NIST-800-53r5:AC-2(1)", "NIST-800-53r5:AC-3(15)", "PCI-DSS-4.0.1:8.3.9"),
    source="AWS Config Developer Guide, secretsmanager-secret-periodic-rotation",
    remediation="Rotate the secret, and have it rotated by itself from then on.",
    config_rule="secretsmanager-secret-periodic-rotation",
    parameters=(Parameter("maxDaysSinceRotation", "integer", 90, "days since the last rotation"),),
    properties=("LastRotatedDate", "CreatedDate"),
)
def secretsmanager_secret_rotated_lately(secret: Resource, estate: Estate, *, max_days_since_rotation: int) -> Verdict:
    """FAIL when the last rotation is longer ago."""
    if is_new(secret):
        return not_applicable("only a running resource has it")
    for name in ("LastRotatedDate", "CreatedDate"):
        days = days_since(secret, estate, name)
        if isinstance(days, Unknown):
            return unknown(days, name)
        if days is not None:
            late = days > max_days_since_rotation
            return fail(f"the secret was not rotated for {days:.0f} days", name) if late else PASS
    return unknown("nothing says when the secret was rotated", "LastRotatedDate")
