"""A DocumentDB cluster lets nobody connect without a current TLS.

``enabled`` takes any version of TLS, and Security Hub asks for more: ``tls1.2+``, ``tls1.3+`` or ``fips-140-3``. It is
what the default parameter groups say, and one that says nothing.
"""

from bastide.controls.control import control
from bastide.controls.parameter import Parameter as Setting
from bastide.controls.rds.parameter_groups import STATUS, Parameter, always, value_of
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

PATH, GROUP = "DBClusterParameterGroupName", "AWS::DocDB::DBClusterParameterGroup"
TLS = Parameter("tls", always("enabled"), PATH, GROUP)


@control(
    title="DocumentDB clusters require TLS 1.2 or later",
    resource_type="AWS::DocDB::DBCluster",
    severity="medium",
    maps_to=("FSBP:DocumentDB.6",),
    source="AWS Security Hub User Guide, DocumentDB.6; AWS Config Developer Guide, docdb-cluster-encrypted-in-transit",
    remediation="Set tls to tls1.2+, tls1.3+ or fips-140-3 in a parameter group of the cluster's own.",
    reads=(GROUP,),
    config_rule="docdb-cluster-encrypted-in-transit",
    parameters=(Setting("excludeTlsParameters", "list", ["disabled", "enabled"], "the values of tls that are wrong"),),
    properties=(PATH, "EngineVersion", "ParameterGroupStatus"),
)
def docdb_cluster_tls_required(cluster: Resource, estate: Estate, *, exclude_tls_parameters: list[str]) -> Verdict:
    """FAIL when tls is disabled or one of the wrong values, or what the group says is not in force yet."""
    status = cluster.get(STATUS)
    if isinstance(status, Unknown):
        return unknown(status, STATUS)
    if status not in (None, "in-sync"):
        return fail("what the parameter group says is not in force yet", STATUS)
    value = value_of(cluster, estate, TLS)
    if isinstance(value, Unknown):
        return unknown(value, PATH)
    if value in ("disabled", *exclude_tls_parameters):
        return fail(f"the parameter group says {value} of tls", PATH)
    return PASS
