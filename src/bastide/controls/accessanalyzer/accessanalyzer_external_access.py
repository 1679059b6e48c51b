"""Access Analyzer looks for resources that outsiders can reach, in every region.

An analyzer of the organization, in whatever account it stands, looks at all its accounts; AWS's own control asks each
account for one of its own, which is told beside the verdict.
"""

from bastide.controls.answers import with_parity
from bastide.controls.control import ACCOUNT_REGION, control
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

ANALYZER = "AWS::AccessAnalyzer::Analyzer"


@control(
    title="Access Analyzer looks at every region",
    resource_type=ACCOUNT_REGION,
    severity="high",
    maps_to=("SecurityHub:IAM.28", "CIS-AWS-3.0:1.20", "CIS-AWS-5.0:1.19", "NIST-800-53r5:AC-6"),
    source="AWS Security Hub User Guide, IAM.28; IAM User Guide, Getting started with Access Analyzer",
    remediation="Create an organization analyzer in the delegated administrator, in each region.",
    reads=(ANALYZER,),
    config_rule="iam-external-access-analyzer-enabled",
)
def accessanalyzer_external_access(region: Resource, estate: Estate) -> Verdict:
    """FAIL when the region has neither an account analyzer nor one of the organization."""
    own = organization = False
    doubt: Unknown | None = None
    for analyzer in estate.of_type(ANALYZER):
        kind = analyzer.get("Type")
        if analyzer.region != region.region:
            continue
        if isinstance(kind, Unknown):
            doubt = kind if doubt is None else doubt
        mine = analyzer.account == region.account
        own |= mine and kind in ("ACCOUNT", "ORGANIZATION")
        organization |= kind == "ORGANIZATION"
    if own:
        return PASS
    if organization:
        return with_parity(PASS, fail("no analyzer of external access is in the account itself"))
    # An organization's analyzer may stand in any account: one that was not listed could be the one.
    gaps = [Unknown(gap.reason) for gap in estate.gaps if gap.type == ANALYZER and gap.region == region.region]
    doubts = gaps if doubt is None else [doubt]
    return unknown(doubts[0]) if doubts else fail("no analyzer of external access")
