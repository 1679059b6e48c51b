"""A VPC writes a flow log, at least of what was refused."""

from bastide.controls.control import control
from bastide.controls.neighbours import beside
from bastide.controls.parameter import Parameter
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

FLOW_LOG = "AWS::EC2::FlowLog"
WORDS = {"ACCEPT": "accepted", "REJECT": "rejected", "ALL": "all"}


@control(
    title="VPCs write flow logs",
    resource_type="AWS::EC2::VPC",
    severity="medium",
    maps_to=("FSBP:EC2.6", "CIS-AWS-3.0:3.7", "CIS-AWS-5.0:3.7", "NIST-800-53r5:AU-12", "NIST-800-53r5:SI-7(8)"),
    source="Amazon VPC User Guide, Logging IP traffic using VPC Flow Logs; AWS Security Hub User Guide, EC2.6",
    remediation="Create a flow log for the VPC, of rejected or all traffic, to the log archive's bucket.",
    reads=(FLOW_LOG,),
    config_rule="vpc-flow-logs-enabled",
    parameters=(Parameter("trafficType", "string", "REJECT", "ACCEPT, REJECT or ALL: the traffic that is logged"),),
)
def ec2_vpc_flow_logs_enabled(vpc: Resource, estate: Estate, *, traffic_type: str) -> Verdict:
    """FAIL when no flow log of the VPC takes in the traffic that is asked for, by default what was rejected."""
    logs = beside(vpc, estate, FLOW_LOG, "ResourceId", vpc.id)
    if isinstance(logs, Unknown):
        return unknown(logs)
    answer = fail(f"no flow log of {WORDS.get(traffic_type, traffic_type)} traffic")
    for log in logs:
        traffic = log.get("TrafficType")
        if isinstance(traffic, Unknown):
            answer = unknown(traffic)
        elif traffic in ("ALL", traffic_type):
            return PASS
    return answer
