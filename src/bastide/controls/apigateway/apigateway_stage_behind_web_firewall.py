"""A stage of a REST API stands behind a web ACL.

An association names the stage by an ARN that the stage itself does not tell: it is made of the API and the name of the
stage. A live stage says which web ACL it has.
"""

import re

from bastide.controls.control import control
from bastide.controls.neighbours import gap_at
from bastide.model import PASS, Estate, Resource, Unknown, Value, Verdict, fail, unknown

STAGE = re.compile(r"::/restapis/([^/]+)/stages/([^/]+)$")
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
    doubt: Unknown | None = None
    for kind in ASSOCIATIONS:
        for one in estate.of_type(kind):
            if one.account == stage.account:
                named = _is_named(stage, one.get("ResourceArn"))
                if named is True:
                    return True
                doubt = named if doubt is None and isinstance(named, Unknown) else doubt
        unlisted = gap_at(estate, kind, stage.account, stage.region)
        doubt = unlisted if doubt is None else doubt
    return False if doubt is None else doubt


def _is_named(stage: Resource, arn: Value) -> bool | Unknown:
    """Whether an ARN is that of the stage, as far as its API and name are known."""
    if isinstance(arn, Unknown):
        return arn
    found = STAGE.search(str(arn))
    if found is None:
        return False
    doubt: Unknown | None = None
    for own, told in zip((stage.get("RestApiId"), stage.get("StageName")), found.groups(), strict=True):
        if isinstance(own, Unknown):
            doubt = own
        elif str(own) != told:
            return False
    return True if doubt is None else doubt
