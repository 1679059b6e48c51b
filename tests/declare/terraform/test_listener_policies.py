"""Policies of Classic Load Balancers, which Terraform makes apart from the listener that has them."""

import pytest

from tests.declare.terraform.plans import one, plan, read, resource

LISTENER = {"instance_port": 80, "instance_protocol": "http", "lb_port": 443, "lb_protocol": "https"}
BALANCER = resource("aws_elb.e", {"name": "e", "listener": [LISTENER]})
TLS = [{"name": "Reference-Security-Policy", "value": "ELBSecurityPolicy-TLS-1-2-2017-01"}]
APART = (
    resource(
        "aws_load_balancer_policy.p",
        {
            "load_balancer_name": "e",
            "policy_name": "tls",
            "policy_type_name": "SSLNegotiationPolicyType",
            "policy_attribute": TLS,
        },
    ),
    resource(
        "aws_load_balancer_listener_policy.l",
        {"load_balancer_name": "e", "load_balancer_port": 443, "policy_names": ["tls"]},
    ),
)
AT_ONCE = (
    resource(
        "aws_lb_ssl_negotiation_policy.n", {"name": "tls", "load_balancer": "e", "lb_port": 443, "attribute": TLS}
    ),
)


@pytest.mark.parametrize("policies", [APART, AT_ONCE], ids=["apart", "at-once"])
def test_a_policy_is_the_balancers_and_its_listener_has_it(policies: tuple[dict[str, object], ...]) -> None:
    balancer = one(read(plan(BALANCER, *policies)), "aws_elb.e")
    assert balancer.get("Policies.0.PolicyName") == "tls"
    assert balancer.get("Policies.0.PolicyType") == "SSLNegotiationPolicyType"
    assert balancer.get("Policies.0.Attributes") == [{"Name": TLS[0]["name"], "Value": TLS[0]["value"]}]
    assert balancer.get("Listeners.0.PolicyNames") == ["tls"]
    assert balancer.get("Listeners.0.Protocol") == "https"


def test_a_policy_for_a_port_without_listener_makes_no_listener() -> None:
    elsewhere = resource(
        "aws_load_balancer_listener_policy.l",
        {"load_balancer_name": "e", "load_balancer_port": 8443, "policy_names": ["tls"]},
    )
    balancer = one(read(plan(BALANCER, elsewhere)), "aws_elb.e")
    assert len(balancer.get("Listeners")) == 1
    assert balancer.get("Listeners.0.PolicyNames") is None
