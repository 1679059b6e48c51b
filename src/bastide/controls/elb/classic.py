"""The listeners of a Classic Load Balancer that end TLS, and the security policy each of them has.

The one idea: a listener names policies of the load balancer; the one of type SSLNegotiationPolicyType says in its
attribute Reference-Security-Policy which of AWS's policies it is. A listener without one has the default of its time.

Source: Elastic Load Balancing API Reference 2012-06-01, CreateLoadBalancerPolicy, SetLoadBalancerPoliciesOfListener.
"""

from __future__ import annotations

from collections.abc import Mapping

from bastide.controls.lookup import elements_of, text
from bastide.model import Resource, Unknown, Value

ENCRYPTED = frozenset({"HTTPS", "SSL"})
DEFAULT = "ELBSecurityPolicy-2016-08"
NEGOTIATION = "SSLNegotiationPolicyType"
REFERENCE = "Reference-Security-Policy"


def encrypted_listeners(balancer: Resource) -> list[tuple[str, Value]] | Unknown:
    """Path and listener of those that end HTTPS or SSL; one whose protocol is not known is an Unknown."""
    found = elements_of(balancer.get("Listeners"))
    if isinstance(found, Unknown):
        return found
    read: list[tuple[str, Value]] = []
    for index, listener in enumerate(found):
        protocol = text(listener.get("Protocol")) if isinstance(listener, Mapping) else Unknown("not a listener")
        if isinstance(listener, Unknown):
            protocol = listener
        if isinstance(protocol, Unknown):
            read.append((f"Listeners.{index}", protocol))
        elif protocol.upper() in ENCRYPTED:
            read.append((f"Listeners.{index}", listener))
    return read


def security_policy(balancer: Resource, listener: Mapping[str, Value]) -> str | Unknown:
    """The name of AWS's security policy that a listener has; its own name for a policy of one's own making."""
    names, policies = elements_of(listener.get("PolicyNames")), elements_of(balancer.get("Policies"))
    if isinstance(names, Unknown) or isinstance(policies, Unknown):
        return names if isinstance(names, Unknown) else _gap(policies)
    doubt: Unknown | None = None
    for name in names:
        if isinstance(name, Unknown):
            doubt = name if doubt is None else doubt
            continue
        found = _named(policies, name)
        if isinstance(found, str):
            return found
        doubt = found if doubt is None else doubt
    return DEFAULT if doubt is None else doubt


def _gap(value: Value) -> Unknown:
    return value if isinstance(value, Unknown) else Unknown("not a list")


def _named(policies: Value, name: Value) -> str | Unknown | None:
    """What a name stands for: a security policy, None for a policy of another kind, Unknown when nothing says."""
    for policy in policies:
        if isinstance(policy, Unknown):
            return policy
        if not isinstance(policy, Mapping):
            return Unknown("not a policy")
        own = policy.get("PolicyName")
        if isinstance(own, Unknown):
            return own
        if own == name:
            return _reference(policy, str(name))
    return str(name) if str(name).startswith("ELBSecurityPolicy-") else Unknown(f"there is no policy {name}")


def _reference(policy: Mapping[str, Value], name: str) -> str | Unknown | None:
    kind = text(policy.get("PolicyType"))
    if isinstance(kind, Unknown):
        return kind
    if kind != NEGOTIATION:
        return None
    attributes = elements_of(policy.get("Attributes"))
    if isinstance(attributes, Unknown):
        return attributes
    for attribute in attributes:
        if isinstance(attribute, Unknown):
            return attribute
        if isinstance(attribute, Mapping) and attribute.get("Name") == REFERENCE:
            return text(attribute.get("Value"))
    return name
