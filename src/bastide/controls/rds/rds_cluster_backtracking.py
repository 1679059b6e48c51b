"""An Aurora MySQL cluster can be taken back to a moment in its past."""

from bastide.controls.control import control
from bastide.controls.lookup import number
from bastide.controls.parameter import Parameter
from bastide.controls.rds.engines import excluded
from bastide.model import PASS, Resource, Unknown, Verdict, fail, unknown

PATH = "BacktrackWindow"  # in seconds; absent is 0


@control(
    title="Aurora MySQL clusters can be backtracked",
    resource_type="AWS::RDS::DBCluster",
    severity="medium",
    maps_to=("FSBP:RDS.14", "NIST-800-53r5:CP-9", "NIST-800-53r5:CP-10"),
    source="AWS Config Developer Guide, aurora-mysql-backtracking-enabled",
    remediation="Restore the cluster with a backtrack window, and move to it.",
    config_rule="aurora-mysql-backtracking-enabled",
    parameters=(Parameter("BacktrackWindowInHours", "number", None, "the least window in hours, up to 72"),),
    properties=("BacktrackWindow", "Engine"),
)
def rds_cluster_backtracking(cluster: Resource, *, backtrack_window_in_hours: float | None) -> Verdict:
    """FAIL when there is no window or too small a one; NOT_APPLICABLE for other engines."""
    other = excluded(cluster, ("aurora", "aurora-mysql"), "it is no Aurora MySQL cluster")
    if other is not None:
        return other
    given = cluster.get(PATH)
    window = 0 if given is None else number(given)
    if isinstance(window, Unknown):
        return unknown(window, PATH)
    if window <= 0:
        return fail("the cluster cannot be backtracked", PATH)
    least = (backtrack_window_in_hours or 0) * 3600
    return PASS if window >= least else fail(f"the window is shorter than {backtrack_window_in_hours} hours", PATH)
