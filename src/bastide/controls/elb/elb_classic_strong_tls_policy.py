"""Encrypted listeners of a Classic Load Balancer use the security policy that asks for TLS 1.2."""

from collections.abc import Mapping

from bastide.controls.control import control
from bastide.controls.elb.classic import encrypted_listeners, security_policy
from bastide.controls.parameter import Parameter
from bastide.controls.policies import worst
from bastide.model import PASS, Resource, Unknown, Value, Verdict, fail, not_applicable, unknown


@control(
    title="Classic Load Balancers use a strong security policy",
    resource_type="AWS::ElasticLoadBalancing::LoadBalancer",
    severity="medium",
    maps_to=("FSBP:ELB.8", "NIST-800-53r5:SC-8", "NIST-800-53r5:SC-13", "PCI-DSS-4.0.1:4.2.1"),
    source="AWS Config Developer Guide, elb-predefined-security-policy-ssl-check; AWS Security Hub User Guide, ELB.8",
    remediation="Give the HTTPS and SSL listeners the policy ELBSecurityPolicy-TLS-1-2-2017-01.",
    config_rule="elb-predefined-security-policy-ssl-check",
    parameters=(
        Parameter("predefinedPolicyName", "string", "ELBSecurityPolicy-TLS-1-2-2017-01", "the policy that is right"),
    ),
    properties=("Listeners", "Policies"),
)
def elb_classic_strong_tls_policy(balancer: Resource, *, predefined_policy_name: str) -> Verdict:
    """FAIL when an HTTPS or SSL listener has another security policy; NOT_APPLICABLE without such a listener."""
    listeners = encrypted_listeners(balancer)
    if isinstance(listeners, Unknown):
        return unknown(listeners, "Listeners")
    if not listeners:
        return not_applicable("no listener ends HTTPS or SSL")
    return worst(_judge(balancer, path, listener, predefined_policy_name) for path, listener in listeners)


def _judge(balancer: Resource, path: str, listener: Value, wanted: str) -> Verdict:
    if not isinstance(listener, Mapping):
        return unknown(listener, path)
    policy = security_policy(balancer, listener)
    if isinstance(policy, Unknown):
        return unknown(policy, f"{path}.PolicyNames")
    return PASS if policy == wanted else fail(f"the listener has the security policy {policy}", f"{path}.PolicyNames")
