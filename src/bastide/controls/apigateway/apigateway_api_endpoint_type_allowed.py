"""A REST API has an endpoint of a type that its owner allows; which those are, a parameter has to say."""

from collections.abc import Iterable

from bastide.controls.control import control
from bastide.controls.lookup import elements_of
from bastide.controls.parameter import Parameter
from bastide.model import PASS, Resource, Unknown, Verdict, fail, not_applicable, unknown

TYPES = "EndpointConfiguration.Types"
ALLOWED = Parameter("endpointConfigurationTypes", "list", None, "types that are allowed: EDGE, REGIONAL, PRIVATE")


@control(
    title="REST APIs have an endpoint of an allowed type",
    resource_type="AWS::ApiGateway::RestApi",
    severity="low",
    maps_to=("Bastide:APIGateway.endpoint-type", "NIST-800-53r5:SC-7"),
    source="AWS Config Developer Guide, api-gw-endpoint-type-check",
    remediation="Give the API an endpoint of an allowed type.",
    config_rule="api-gw-endpoint-type-check",
    parameters=(ALLOWED,),
    properties=("EndpointConfiguration",),
)
def apigateway_api_endpoint_type_allowed(
    api: Resource, *, endpoint_configuration_types: Iterable[str] | None
) -> Verdict:
    """FAIL when an endpoint is of another type, NOT_APPLICABLE while none is named; an API that says none is EDGE."""
    if endpoint_configuration_types is None:
        return not_applicable("no type is named")
    types = elements_of(api.get(TYPES))
    if isinstance(types, Unknown):
        return unknown(types, TYPES)
    wanted = {one.upper() for one in endpoint_configuration_types}
    for index, one in enumerate(types or ("EDGE",)):
        if isinstance(one, Unknown):
            return unknown(one, f"{TYPES}.{index}")
        if str(one).upper() not in wanted:
            return fail(f"the endpoint is {one}", TYPES)
    return PASS
