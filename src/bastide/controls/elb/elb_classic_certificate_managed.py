"""Certificates of a Classic Load Balancer come from AWS Certificate Manager, which renews them."""

from collections.abc import Mapping

from bastide.controls.control import control
from bastide.controls.elb.certificates import judge_certificate
from bastide.controls.elb.classic import encrypted_listeners
from bastide.controls.policies import worst
from bastide.model import Resource, Unknown, Verdict, not_applicable, unknown


@control(
    title="Classic Load Balancers use certificates of AWS Certificate Manager",
    resource_type="AWS::ElasticLoadBalancing::LoadBalancer",
    severity="medium",
    maps_to=("FSBP:ELB.2", "NIST-800-53r5:SC-8", "NIST-800-53r5:SC-23", "NIST-800-53r5:IA-5(1)"),
    source="AWS Config Developer Guide, elb-acm-certificate-required",
    remediation="Request a certificate in AWS Certificate Manager and give it to the listener.",
    config_rule="elb-acm-certificate-required",
    properties=("Listeners",),
)
def elb_classic_certificate_managed(balancer: Resource) -> Verdict:
    """FAIL when an HTTPS or SSL listener has another certificate; NOT_APPLICABLE without such a listener."""
    listeners = encrypted_listeners(balancer)
    if isinstance(listeners, Unknown):
        return unknown(listeners, "Listeners")
    if not listeners:
        return not_applicable("no listener ends HTTPS or SSL")
    return worst(
        judge_certificate(listener.get("SSLCertificateId"), f"{path}.SSLCertificateId")
        if isinstance(listener, Mapping)
        else unknown(listener, path)
        for path, listener in listeners
    )
