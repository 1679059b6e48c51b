"""An environment reports enhanced health."""

from bastide.controls.control import control
from bastide.controls.elasticbeanstalk.options import PROPERTIES, TEMPLATE, option_of
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown


@control(
    title="Elastic Beanstalk environments report enhanced health",
    resource_type="AWS::ElasticBeanstalk::Environment",
    severity="low",
    maps_to=("FSBP:ElasticBeanstalk.1", "NIST-800-53r5:CA-7", "NIST-800-53r5:SI-2"),
    source="AWS Config Developer Guide, beanstalk-enhanced-health-reporting-enabled",
    remediation="Set SystemType of aws:elasticbeanstalk:healthreporting:system to enhanced.",
    reads=(TEMPLATE,),
    config_rule="beanstalk-enhanced-health-reporting-enabled",
    properties=PROPERTIES,
)
def elasticbeanstalk_enhanced_health(environment: Resource, estate: Estate) -> Verdict:
    """FAIL for basic health, which is the default outside of the console."""
    kind = option_of(environment, estate, "aws:elasticbeanstalk:healthreporting:system", "SystemType")
    if isinstance(kind, Unknown):
        return unknown(kind, "OptionSettings")
    return PASS if kind == "enhanced" else fail("health is reported the basic way", "OptionSettings")
