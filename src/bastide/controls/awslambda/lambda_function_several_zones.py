"""A function in a VPC survives the loss of an Availability Zone."""

from bastide.controls.control import control
from bastide.controls.ec2.zones import SUBNET, judge_zones
from bastide.controls.parameter import Parameter
from bastide.model import Estate, Resource, Unknown, Verdict, not_applicable, unknown

PATH = "VpcConfig.SubnetIds"


@control(
    title="Lambda functions in a VPC stand in several Availability Zones",
    resource_type="AWS::Lambda::Function",
    severity="medium",
    maps_to=("FSBP:Lambda.5", "NIST-800-53r5:CP-10", "NIST-800-53r5:SC-36"),
    source="AWS Config Developer Guide, lambda-vpc-multi-az-check",
    remediation="Attach the function to subnets in two or more Availability Zones.",
    reads=(SUBNET,),
    config_rule="lambda-vpc-multi-az-check",
    parameters=(Parameter("availabilityZones", "integer", 2, "the least number of zones"),),
    properties=("VpcConfig",),
)
def lambda_function_several_zones(function: Resource, estate: Estate, *, availability_zones: int) -> Verdict:
    """FAIL when the function's subnets stand in fewer zones; NOT_APPLICABLE outside of a VPC."""
    subnets = function.get(PATH)
    if isinstance(subnets, Unknown):
        return unknown(subnets, PATH)
    if not subnets:
        return not_applicable("the function stands in no VPC")
    return judge_zones(function, estate, PATH, availability_zones)
