"""A certificate is renewed before it ends: Certificate Manager's by itself, an imported one by its owner."""

from bastide.controls.check import NEW
from bastide.controls.control import control
from bastide.controls.iam.credentials import now, parse_time
from bastide.controls.parameter import Parameter
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, not_applicable, unknown

OVER = ("PENDING_VALIDATION", "VALIDATION_TIMED_OUT", "REVOKED", "FAILED", "INACTIVE")


@control(
    title="Certificates are renewed in time",
    resource_type="AWS::CertificateManager::Certificate",
    severity="medium",
    maps_to=("FSBP:ACM.1", "NIST-800-53r5:SC-28(3)", "NIST-800-53r5:SC-7(16)", "PCI-DSS-4.0.1:4.2.1.1"),
    source="AWS Config Developer Guide, acm-certificate-expiration-check",
    remediation="Import the renewed certificate, or see why its renewal is pending: mostly a DNS record is missing.",
    config_rule="acm-certificate-expiration-check",
    parameters=(Parameter("daysToExpiration", "integer", 30, "days that a certificate has to be good for"),),
    properties=("NotAfter", "Status"),
)
def acm_certificate_renewed(certificate: Resource, estate: Estate, *, days_to_expiration: int) -> Verdict:
    """FAIL when the certificate ends in fewer days, or has ended; NOT_APPLICABLE before it was issued."""
    if certificate.origin.source in NEW:
        return not_applicable("only a running resource has it")
    status, end, read_at = certificate.get("Status"), certificate.get("NotAfter"), now(estate)
    if status in OVER if isinstance(status, str) else False:
        return not_applicable("the certificate was not issued, or is out of use")
    for value in (status, end, read_at):
        if isinstance(value, Unknown):
            return unknown(value, "NotAfter")
    moment = parse_time(end)
    if moment is None or isinstance(read_at, Unknown):
        return unknown("nothing says when the certificate ends", "NotAfter")
    days = (moment - read_at).total_seconds() / 86400
    return PASS if days > days_to_expiration else fail(f"the certificate ends in {days:.0f} days", "NotAfter")
