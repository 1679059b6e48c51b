"""No certificate that has ended is kept in IAM, where it could be put before a load balancer by mistake."""

from bastide.controls.check import NEW
from bastide.controls.control import control
from bastide.controls.iam.credentials import now, parse_time
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, not_applicable, unknown

PATH = "Expiration"


@control(
    title="Certificates in IAM have not expired",
    resource_type="AWS::IAM::ServerCertificate",
    severity="medium",
    maps_to=("SecurityHub:IAM.26", "CIS-AWS-3.0:1.19", "CIS-AWS-5.0:1.18", "NIST-800-53r5:SC-17"),
    source="AWS Security Hub User Guide, IAM.26; AWS Config Developer Guide, iam-server-certificate-expiration-check",
    remediation="Delete the certificate from IAM; keep certificates in Certificate Manager, which renews them.",
    config_rule="iam-server-certificate-expiration-check",
    properties=(PATH,),
)
def iam_server_certificate_not_expired(certificate: Resource, estate: Estate) -> Verdict:
    """FAIL when the certificate had ended on the day that the estate was read."""
    if certificate.origin.source in NEW:
        return not_applicable("only a running resource has it")
    end, read_at = certificate.get(PATH), now(estate)
    for value in (end, read_at):
        if isinstance(value, Unknown):
            return unknown(value, PATH)
    moment = parse_time(end)
    if moment is None or isinstance(read_at, Unknown):
        return unknown("nothing says when the certificate ends", PATH)
    return PASS if moment > read_at else fail(f"the certificate ended on {moment.date()}", PATH)
