"""An instance of RDS for MariaDB lets nobody connect without TLS.

From MariaDB 11.8 on that is the default.
"""

from bastide.controls.control import control
from bastide.controls.rds.parameter_groups import GROUP, Parameter, judge_tls, since
from bastide.model import Estate, Resource, Verdict

ENGINES = ("mariadb",)
PARAMETER = Parameter("require_secure_transport", since((11, 8)))


@control(
    title="RDS for MariaDB requires TLS",
    resource_type="AWS::RDS::DBInstance",
    severity="medium",
    maps_to=("FSBP:RDS.44", "NIST-800-53r5:SC-8"),
    source="AWS Config Developer Guide, rds-mariadb-instance-encrypted-in-transit",
    remediation="Set require_secure_transport to 1 in a parameter group of the instance's own.",
    reads=(GROUP,),
    config_rule="rds-mariadb-instance-encrypted-in-transit",
    properties=("DBClusterIdentifier", "DBParameterGroupName", "Engine", "EngineVersion", "ParameterGroupStatus"),
)
def rds_instance_mariadb_requires_tls(instance: Resource, estate: Estate) -> Verdict:
    """FAIL when require_secure_transport is off; NOT_APPLICABLE for other engines and instances of a cluster."""
    return judge_tls(instance, estate, ENGINES, PARAMETER)
