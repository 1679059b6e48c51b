"""A VPC reaches the service that its owner names through an endpoint, of whatever kind."""

import re

from bastide.controls.control import control
from bastide.controls.neighbours import beside
from bastide.controls.parameter import Parameter
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, not_applicable, unknown

ENDPOINT = "AWS::EC2::VPCEndpoint"
PREFIX = re.compile(r"(?:com|cn\.com|aws)\.(?:amazonaws|api)\.[a-z0-9-]+\.")


@control(
    title="VPCs have an endpoint for the service that is asked for",
    resource_type="AWS::EC2::VPC",
    severity="medium",
    maps_to=("Bastide:EC2.endpoint-for-service", "NIST-800-53r5:AC-4", "NIST-800-53r5:SC-7"),
    source="AWS Config Developer Guide, service-vpc-endpoint-enabled",
    remediation="Make an endpoint for the service in the VPC.",
    reads=(ENDPOINT,),
    config_rule="service-vpc-endpoint-enabled",
    parameters=(Parameter("serviceName", "string", None, "the service, as endpoints call it: s3, ecr.api"),),
)
def ec2_vpc_endpoint_for_service(vpc: Resource, estate: Estate, *, service_name: str | None) -> Verdict:
    """FAIL when no endpoint of the VPC is for the service; NOT_APPLICABLE while no service is named."""
    if not service_name:
        return not_applicable("no service is named")
    endpoints = beside(vpc, estate, ENDPOINT, "VpcId", vpc.id)
    if isinstance(endpoints, Unknown):
        return unknown(endpoints)
    answer = fail(f"the VPC has no endpoint for {service_name}")
    for endpoint in endpoints:
        name = endpoint.get("ServiceName")
        if isinstance(name, Unknown):
            answer = unknown(name)
        elif _short(str(name)) == _short(service_name):
            return PASS
    return answer


def _short(name: str) -> str:
    """A service's name without the part that the region gives it."""
    return PREFIX.sub("", name.lower(), count=1)
