"""An instance of RDS for SQL Server lets nobody connect without TLS."""

from bastide.controls.control import control
from bastide.controls.rds.parameter_groups import GROUP, Parameter, always, judge_tls
from bastide.model import Estate, Resource, Verdict

ENGINES = ("sqlserver-ee", "sqlserver-se", "sqlserver-ex", "sqlserver-web")
PARAMETER = Parameter("rds.force_ssl", always("0"))


@control(
    title="RDS for SQL Server requires TLS",
    resource_type="AWS::RDS::DBInstance",
    severity="medium",
    maps_to=("FSBP:RDS.41", "NIST-800-53r5:SC-8"),
    source="AWS Config Developer Guide, rds-sqlserver-encrypted-in-transit",
    remediation="Set rds.force_ssl to 1 in a parameter group of the instance's own.",
    reads=(GROUP,),
    config_rule="rds-sqlserver-encrypted-in-transit",
    properties=("DBClusterIdentifier", "DBParameterGroupName", "Engine", "EngineVersion", "ParameterGroupStatus"),
)
def rds_instance_sql_server_requires_tls(instance: Resource, estate: Estate) -> Verdict:
    """FAIL when rds.force_ssl is off; NOT_APPLICABLE for other engines and instances of a cluster."""
    return judge_tls(instance, estate, ENGINES, PARAMETER)
