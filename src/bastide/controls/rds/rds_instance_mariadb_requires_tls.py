"""An instance of RDS for MariaDB lets nobody connect without TLS.

From MariaDB 11.8 on that is the default; before 10.5 it cannot be asked for, and the control says nothing.
"""

from bastide.controls.control import control
from bastide.controls.rds.parameter_groups import GROUP, Parameter, judge_tls, parse_version, since
from bastide.model import Estate, Resource, Unknown, Verdict, not_applicable

ENGINES = ("mariadb",)
PARAMETER = Parameter("require_secure_transport", since((11, 8)))
OLDEST = (10, 5)


@control(
    title="RDS for MariaDB requires TLS",
    resource_type="AWS::RDS::DBInstance",
    severity="medium",
    maps_to=("FSBP:RDS.44", "NIST-800-53r5:SC-8"),
    source="AWS Security Hub User Guide, RDS.44; AWS Config Developer Guide, rds-mariadb-instance-encrypted-in-transit",
    remediation="Set require_secure_transport to 1 in a parameter group of the instance's own.",
    reads=(GROUP,),
    config_rule="rds-mariadb-instance-encrypted-in-transit",
    properties=("DBClusterIdentifier", "DBParameterGroupName", "Engine", "EngineVersion", "ParameterGroupStatus"),
)
def rds_instance_mariadb_requires_tls(instance: Resource, estate: Estate) -> Verdict:
    """FAIL when require_secure_transport is off; NOT_APPLICABLE for others, before 10.5, and in a cluster."""
    given = instance.get("EngineVersion")
    version = None if isinstance(given, Unknown) else parse_version(given)
    if instance.get("Engine") in ENGINES and version is not None and version < OLDEST:
        return not_applicable("the version cannot require TLS")
    return judge_tls(instance, estate, ENGINES, PARAMETER)
