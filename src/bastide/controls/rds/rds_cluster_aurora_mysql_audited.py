"""An Aurora MySQL cluster writes an audit log.

Which events are written is said by a second parameter; without any, nothing is.
"""

from bastide.controls.control import control
from bastide.controls.rds.engines import excluded
from bastide.controls.rds.parameter_groups import CLUSTER_GROUP, Parameter, always, judge_parameter, value_of
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

PATH = "DBClusterParameterGroupName"
LOGGING = Parameter("server_audit_logging", always("0"), PATH, CLUSTER_GROUP)
EVENTS = Parameter("server_audit_events", always(""), PATH, CLUSTER_GROUP)


@control(
    title="Aurora MySQL clusters write audit logs",
    resource_type="AWS::RDS::DBCluster",
    severity="medium",
    maps_to=("FSBP:RDS.45", "NIST-800-53r5:AU-2", "NIST-800-53r5:AU-12"),
    source="AWS Security Hub User Guide, RDS.45; AWS Config Developer Guide, aurora-mysql-cluster-audit-logging",
    remediation="Set server_audit_logging to 1 and name server_audit_events in the cluster's parameter group.",
    reads=(CLUSTER_GROUP,),
    config_rule="aurora-mysql-cluster-audit-logging",
    properties=("DBClusterParameterGroupName", "Engine", "EngineVersion", "ParameterGroupStatus"),
)
def rds_cluster_aurora_mysql_audited(cluster: Resource, estate: Estate) -> Verdict:
    """FAIL when auditing is off or has no events; NOT_APPLICABLE for other engines."""
    other = excluded(cluster, ("aurora", "aurora-mysql"), "it is no Aurora MySQL cluster")
    if other is not None:
        return other
    logging = judge_parameter(cluster, estate, LOGGING, "no audit log is written")
    if logging is not PASS:
        return logging
    events = value_of(cluster, estate, EVENTS)
    if isinstance(events, Unknown):
        return unknown(events, PATH)
    return PASS if events.strip() else fail("no events are written to the audit log", PATH)
