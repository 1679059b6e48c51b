"""A secret that is to be rotated by a certain day was rotated by then."""

from bastide.controls.control import control
from bastide.controls.lookup import truth
from bastide.controls.secretsmanager.dates import days_since, is_new
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, not_applicable, unknown

HAPPENS = "RotationOccurringAsScheduled"


@control(
    title="The rotation of secrets succeeds",
    resource_type="AWS::SecretsManager::Secret",
    severity="medium",
    maps_to=("FSBP:SecretsManager.2", "NIST-800-53r5:AC-2(1)", "NIST-800-53r5:AC-3(15)", "PCI-DSS-4.0.1:8.6.3"),
    source="AWS Config Developer Guide, secretsmanager-scheduled-rotation-success-check",
    remediation="Look into the logs of the rotation function, and rotate the secret by hand to see that it works.",
    config_rule="secretsmanager-scheduled-rotation-success-check",
    properties=("RotationEnabled", "RotationOccurringAsScheduled", "NextRotationDate"),
)
def secretsmanager_rotation_succeeds(secret: Resource, estate: Estate) -> Verdict:
    """FAIL when the day by which the secret was to be rotated has passed."""
    if is_new(secret):
        return not_applicable("only a running resource has it")
    said = secret.get("RotationEnabled")
    enabled = False if said is None else truth(said)
    if isinstance(enabled, Unknown):
        return unknown(enabled, "RotationEnabled")
    if not enabled:
        return not_applicable("the secret is not rotated")
    happens = secret.get(HAPPENS)  # as AWS Config tells it
    if happens is not None and not isinstance(happens, Unknown):
        return PASS if truth(happens) is True else fail("the rotation did not happen as scheduled", HAPPENS)
    late = days_since(secret, estate, "NextRotationDate")
    if late is None:
        return unknown("nothing says when the next rotation is due", "NextRotationDate")
    if isinstance(late, Unknown):
        return unknown(late, "NextRotationDate")
    return fail(f"the rotation is {late:.0f} days late", "NextRotationDate") if late >= 1 else PASS
