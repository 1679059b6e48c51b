"""The certificate of an HTTPS or TLS listener comes from AWS Certificate Manager, which renews it."""

from collections.abc import Mapping

from bastide.controls.control import control
from bastide.controls.elb.certificates import judge_certificate
from bastide.controls.lookup import elements_of
from bastide.controls.policies import worst
from bastide.model import Resource, Unknown, Verdict, fail, not_applicable, unknown


@control(
    title="Load balancer listeners use certificates of AWS Certificate Manager",
    resource_type="AWS::ElasticLoadBalancingV2::Listener",
    severity="medium",
    maps_to=("Bastide:ELB.listener-certificate", "NIST-800-53r5:SC-8", "NIST-800-53r5:SC-23", "NIST-800-53r5:IA-5(1)"),
    source="AWS Config Developer Guide, elbv2-acm-certificate-required",
    remediation="Request a certificate in AWS Certificate Manager and give it to the listener.",
    config_rule="elbv2-acm-certificate-required",
    properties=("Protocol", "Certificates"),
)
def elbv2_certificate_managed(listener: Resource) -> Verdict:
    """FAIL when an HTTPS or TLS listener has another certificate; NOT_APPLICABLE for other protocols."""
    protocol = listener.get("Protocol")
    if isinstance(protocol, Unknown):
        return unknown(protocol, "Protocol")
    if protocol not in ("HTTPS", "TLS"):
        return not_applicable("the listener does not end TLS")
    certificates = elements_of(listener.get("Certificates"))
    if isinstance(certificates, Unknown):
        return unknown(certificates, "Certificates")
    if not certificates:
        return fail("there is no certificate", "Certificates")
    return worst(
        judge_certificate(
            one.get("CertificateArn") if isinstance(one, Mapping) else one, f"Certificates.{index}.CertificateArn"
        )
        for index, one in enumerate(certificates)
    )
