"""An instance of RDS for PostgreSQL lets nobody connect without TLS.

From PostgreSQL 15 on that is the default.
"""

from bastide.controls.control import control
from bastide.controls.rds.parameter_groups import GROUP, Parameter, judge_tls, since
from bastide.model import Estate, Resource, Verdict

ENGINES = ("postgres",)
PARAMETER = Parameter("rds.force_ssl", since((15, 0)))


@control(
    title="RDS for PostgreSQL requires TLS",
    resource_type="AWS::RDS::DBInstance",
    severity="medium",
    maps_to=("FSBP:RDS.38", "NIST-800-53r5:SC-8"),
    source="AWS Config Developer Guide, rds-postgres-instance-encrypted-in-transit",
    remediation="Set rds.force_ssl to 1 in a parameter group of the instance's own.",
    reads=(GROUP,),
    config_rule="rds-postgres-instance-encrypted-in-transit",
    properties=("DBClusterIdentifier", "DBParameterGroupName", "Engine", "EngineVersion", "ParameterGroupStatus"),
)
def rds_instance_postgresql_requires_tls(instance: Resource, estate: Estate) -> Verdict:
    """FAIL when rds.force_ssl is off; NOT_APPLICABLE for other engines and instances of a cluster."""
    return judge_tls(instance, estate, ENGINES, PARAMETER)
