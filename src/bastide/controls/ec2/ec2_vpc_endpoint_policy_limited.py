"""A VPC endpoint is no way out to other people's resources: its policy is limited.

The policy that AWS gives by default allows everybody everything everywhere, so that data can leave through it to a
bucket of anybody. One of three limits is enough: who calls, whose resources are called, or which resources.
"""

from bastide.controls.control import control
from bastide.controls.policies import judge, policy_of
from bastide.iam.exposure import limits_caller, limits_resource, names_everyone
from bastide.model import Resource, Statement, Unknown, Verdict, fail, not_applicable, unknown

WITHOUT_POLICY = ("GatewayLoadBalancer", "Resource", "ServiceNetwork")
OTHER = not_applicable("endpoints of this type have no policy")


@control(
    title="VPC endpoint policies are limited",
    resource_type="AWS::EC2::VPCEndpoint",
    severity="medium",
    maps_to=("Bastide:EC2.endpoint-policy", "NIST-800-53r5:AC-4", "NIST-800-53r5:SC-7(10)"),
    source="AWS PrivateLink Guide, Control access to VPC endpoints using endpoint policies",
    remediation="Allow through the endpoint only callers and resources of the organization.",
    properties=("PolicyDocument", "VpcEndpointType"),
)
def ec2_vpc_endpoint_policy_limited(endpoint: Resource) -> Verdict:
    """FAIL when there is no policy, or a statement allows everybody without limit of caller or resource."""
    kind = endpoint.get("VpcEndpointType")
    if kind in WITHOUT_POLICY:
        return OTHER
    policy = policy_of(endpoint, "PolicyDocument")
    if policy is None:
        return fail("the endpoint has AWS's default policy, which allows everything", "PolicyDocument")
    verdict = judge(policy, _wrong)
    return unknown(kind, "VpcEndpointType") if isinstance(kind, Unknown) and verdict.reason else verdict


def _wrong(statement: Statement) -> str:
    if statement.effect != "Allow" or not names_everyone(statement):
        return ""
    if limits_caller(statement.condition) or limits_resource(statement) or _for_services(statement):
        return ""
    return "everybody may call any resource through the endpoint"


def _for_services(statement: Statement) -> bool:
    """The caller is an AWS service itself, acting in the network."""
    tests = {key.lower(): values for key, values in statement.condition.get("Bool", {}).items()}
    return tests.get("aws:principalisawsservice") == ("true",)
