"""A stage of a REST API stands behind a web ACL.

An association names the stage by an ARN that the stage itself does not tell: it is made of the API and the name of the
stage. A live stage says which web ACL it has.
"""

from bastide.controls.control import control
from bastide.controls.neighbours import gap_at
from bastide.model import PASS, Estate, Resource, Unknown, Value, Verdict, fail, unknown

ASSOCIATIONS = ("AWS::WAFv2::WebACLAssociation", "AWS::WAFRegional::WebACLAssociation")


@control(
    title="REST API stages stand behind a web ACL",
    resource_type="AWS::ApiGateway::Stage",
    severity="medium",
    maps_to=("FSBP:APIGateway.4", "NIST-800-53r5:AC-4(21)"),
    source="AWS Config Developer Guide, api-gw-associated-with-waf",
    remediation="Associate a web ACL of AWS WAF with the stage.",
    reads=ASSOCIATIONS,
    config_rule="api-gw-associated-with-waf",
    properties=("RestApiId", "StageName", "WebAclArn"),
)
def apigateway_stage_behind_web_firewall(stage: Resource, estate: Estate) -> Verdict:
    """FAIL when no association names the stage."""
    own: Value = stage.get("WebAclArn")
    if isinstance(own, str) and own:
        return PASS
    doubt = _search(stage, estate)
    if doubt is True:
        return PASS
    if isinstance(own, Unknown):
        return unknown(own, "WebAclArn")
    return unknown(doubt) if isinstance(doubt, Unknown) else fail("no web ACL is associated with the stage")


def _search(stage: Resource, estate: Estate) -> bool | Unknown:
    """Whether an association names the stage; Unknown when one that is not known could."""
    api, name = stage.get("RestApiId"), stage.get("StageName")
    gap = next((part for part in (api, name) if isinstance(part, Unknown)), None)
    tail = f"::/restapis/{api}/stages/{name}" if gap is None else ""
    for kind in ASSOCIATIONS:
        for one in estate.of_type(kind):
            if one.account != stage.account:
                continue
            arn = one.get("ResourceArn")
            if isinstance(arn, Unknown):
                gap = arn if gap is None else gap
            elif tail and str(arn).endswith(tail):
                return True
        unlisted = gap_at(estate, kind, stage.account, stage.region)
        gap = unlisted if gap is None else gap
    return False if gap is None else gap
