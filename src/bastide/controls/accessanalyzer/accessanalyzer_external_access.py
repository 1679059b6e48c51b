"""Access Analyzer looks for resources that outsiders can reach, in every region."""

from bastide.controls.control import ACCOUNT_REGION, control
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

ANALYZER = "AWS::AccessAnalyzer::Analyzer"


@control(
    title="Access Analyzer looks at every region",
    resource_type=ACCOUNT_REGION,
    severity="medium",
    maps_to=("CIS-AWS-3.0:1.20", "CIS-AWS-5.0:1.19", "NIST-800-53r5:AC-6"),
    source="IAM User Guide, Using AWS Identity and Access Management Access Analyzer",
    remediation="Create an organization analyzer in the delegated administrator, in each region.",
    reads=(ANALYZER,),
    config_rule="iam-external-access-analyzer-enabled",
)
def accessanalyzer_external_access(region: Resource, estate: Estate) -> Verdict:
    """FAIL when the region has neither an account analyzer nor one of the organization."""
    for analyzer in estate.of_type(ANALYZER):
        kind = analyzer.get("Type")
        if analyzer.region != region.region:
            continue
        if isinstance(kind, Unknown):
            return unknown(kind)
        if kind == "ORGANIZATION" or (kind == "ACCOUNT" and analyzer.account == region.account):
            return PASS
    # An organization's analyzer may stand in any account: one that was not listed could be the one.
    for gap in estate.gaps:
        if gap.type == ANALYZER and gap.region == region.region:
            return unknown(gap.reason)
    return fail("no analyzer of external access")
