"""The port of a Redshift cluster is not open to the internet in any of its security groups."""

from bastide.controls.control import control
from bastide.controls.ec2.ingress import READS, judge_ingress
from bastide.controls.lookup import elements_of, number
from bastide.controls.neighbours import beside
from bastide.model import PASS, Estate, Resource, Unknown, Value, Verdict, fail, unknown

GROUP = "AWS::EC2::SecurityGroup"
PATH = "VpcSecurityGroupIds"
DEFAULT_PORT = 5439


@control(
    title="The port of Redshift clusters is not open to the internet",
    resource_type="AWS::Redshift::Cluster",
    severity="high",
    maps_to=("FSBP:Redshift.15", "PCI-DSS-4.0.1:1.3.1"),
    source="AWS Security Hub User Guide, Redshift.15; AWS Config Developer Guide, redshift-unrestricted-port-access",
    remediation="Let only known networks and security groups reach the port of the cluster.",
    reads=(GROUP, *READS),
    config_rule="redshift-unrestricted-port-access",
    properties=("Port", "VpcSecurityGroupIds"),
)
def redshift_cluster_port_closed(cluster: Resource, estate: Estate) -> Verdict:
    """FAIL when a security group of the cluster opens its port to everybody."""
    given = cluster.get("Port")
    port = DEFAULT_PORT if given is None else number(given)
    if isinstance(port, Unknown):
        return unknown(port, "Port")
    names = elements_of(cluster.get(PATH))
    if isinstance(names, Unknown):
        return unknown(names, PATH)
    if not names:
        return unknown("it has the default security group of its VPC, whose rules are not said", PATH)
    verdicts = [_of_group(cluster, estate, name, int(port)) for name in names]
    order = {"FAIL": 0, "UNKNOWN": 1}
    return min(verdicts, key=lambda verdict: order.get(verdict.status.value, 2), default=PASS)


def _of_group(cluster: Resource, estate: Estate, name: Value, port: int) -> Verdict:
    groups = beside(cluster, estate, GROUP, "", name)
    if isinstance(groups, Unknown):
        return unknown(groups, PATH)
    if not groups:
        return unknown(f"security group {name} is not in the estate", PATH)
    verdict = judge_ingress(groups[0], estate, {"tcp": ((port, port),)})
    if verdict.status is PASS.status:
        return PASS
    reason = f"security group {name}: {verdict.reason}"
    return fail(reason, PATH) if verdict.status.value == "FAIL" else unknown(reason, PATH)
