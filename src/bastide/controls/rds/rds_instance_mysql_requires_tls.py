"""An instance of RDS for MySQL lets nobody connect without TLS."""

from bastide.controls.control import control
from bastide.controls.rds.parameter_groups import GROUP, Parameter, always, judge_tls
from bastide.model import Estate, Resource, Verdict

ENGINES = ("mysql",)
PARAMETER = Parameter("require_secure_transport", always("0"))


@control(
    title="RDS for MySQL requires TLS",
    resource_type="AWS::RDS::DBInstance",
    severity="medium",
    maps_to=("FSBP:RDS.39", "NIST-800-53r5:SC-8"),
    source="AWS Config Developer Guide, rds-mysql-instance-encrypted-in-transit",
    remediation="Set require_secure_transport to 1 in a parameter group of the instance's own.",
    reads=(GROUP,),
    config_rule="rds-mysql-instance-encrypted-in-transit",
    properties=("DBClusterIdentifier", "DBParameterGroupName", "Engine", "EngineVersion", "ParameterGroupStatus"),
)
def rds_instance_mysql_requires_tls(instance: Resource, estate: Estate) -> Verdict:
    """FAIL when require_secure_transport is off; NOT_APPLICABLE for other engines and instances of a cluster."""
    return judge_tls(instance, estate, ENGINES, PARAMETER)
