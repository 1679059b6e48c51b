"""A secret is rotated by itself, and if the parameters say so, often enough."""

from bastide.controls.control import control
from bastide.controls.parameter import Parameter
from bastide.controls.secretsmanager.rotation import ATTACHMENT, SCHEDULE, hours_between, rotation_of
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown


@control(
    title="Secrets are rotated by themselves",
    resource_type="AWS::SecretsManager::Secret",
    severity="medium",
    maps_to=("FSBP:SecretsManager.1", "NIST-800-53r5:AC-2(1)", "NIST-800-53r5:AC-3(15)", "PCI-DSS-4.0.1:8.6.3"),
    source="AWS Config Developer Guide, secretsmanager-rotation-enabled-check",
    remediation="Make a rotation schedule with a function that changes the secret.",
    reads=(SCHEDULE, ATTACHMENT),
    config_rule="secretsmanager-rotation-enabled-check",
    parameters=(
        Parameter("maximumAllowedRotationFrequency", "integer", None, "days that may lie between two rotations"),
        Parameter(
            "maximumAllowedRotationFrequencyInHours", "integer", None, "hours that may lie between two rotations"
        ),
    ),
    properties=("Name", "RotationEnabled", "RotationRules"),
)
def secretsmanager_secret_rotated(
    secret: Resource,
    estate: Estate,
    *,
    maximum_allowed_rotation_frequency: int | None = None,
    maximum_allowed_rotation_frequency_in_hours: int | None = None,
) -> Verdict:
    """FAIL when the secret is not rotated, or less often than the parameters ask for."""
    rules = rotation_of(secret, estate)
    if rules is None:
        return fail("the secret is not rotated")
    if isinstance(rules, Unknown):
        return unknown(rules, "RotationEnabled")
    most = maximum_allowed_rotation_frequency_in_hours
    if most is None:
        days = maximum_allowed_rotation_frequency
        most = None if days is None else days * 24
    if most is None:
        return PASS
    between = hours_between(rules)
    if isinstance(between, Unknown):
        return unknown(between, "RotationRules")
    return PASS if between <= most else fail(f"{between:g} hours lie between two rotations", "RotationRules")
