"""The platform of an environment is updated by itself."""

from bastide.controls.control import control
from bastide.controls.elasticbeanstalk.options import PROPERTIES, TEMPLATE, option_of
from bastide.controls.parameter import Parameter
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

ACTIONS = "aws:elasticbeanstalk:managedactions"


@control(
    title="Elastic Beanstalk environments are updated by themselves",
    resource_type="AWS::ElasticBeanstalk::Environment",
    severity="high",
    maps_to=("FSBP:ElasticBeanstalk.2", "NIST-800-53r5:SI-2", "NIST-800-53r5:SI-2(2)", "PCI-DSS-4.0.1:6.3.3"),
    source="AWS Config Developer Guide, elastic-beanstalk-managed-updates-enabled",
    remediation="Set ManagedActionsEnabled of aws:elasticbeanstalk:managedactions to true, and an update level.",
    reads=(TEMPLATE,),
    config_rule="elastic-beanstalk-managed-updates-enabled",
    parameters=(Parameter("UpdateLevel", "string", None, "the update level that is right: minor or patch"),),
    properties=PROPERTIES,
)
def elasticbeanstalk_managed_updates(
    environment: Resource, estate: Estate, *, update_level: str | None = None
) -> Verdict:
    """FAIL when managed updates are off, or of another level than the parameter asks for."""
    enabled = option_of(environment, estate, ACTIONS, "ManagedActionsEnabled")
    if isinstance(enabled, Unknown):
        return unknown(enabled, "OptionSettings")
    if str(enabled).lower() != "true":
        return fail("the platform is not updated by itself", "OptionSettings")
    if not update_level:
        return PASS
    level = option_of(environment, estate, f"{ACTIONS}:platformupdate", "UpdateLevel")
    if isinstance(level, Unknown):
        return unknown(level, "OptionSettings")
    return PASS if level == update_level else fail("updates are of another level", "OptionSettings")
