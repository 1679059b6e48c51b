"""The claims of a guardrail as requests, and whether its policy keeps them.

Each claim is decided by the definition in ``iam``, in a small example organization. This shows that a policy does what
its file says for these requests; that it does so for all requests is for the prover.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bastide.errors import InputError
from bastide.iam.decide import decide_rcp, decide_scp
from bastide.iam.request import ANONYMOUS, Principal, Request
from bastide.model import PolicyDocument, Statement
from bastide.prove.guardrail import SCP, Claim, Guardrail
from bastide.prove.render import Parameters, render

ORGANIZATION = "o-acme000000"
ACCOUNT = "111122223333"
EXAMPLE: Mapping[str, str | tuple[str, ...]] = {
    "organization_id": ORGANIZATION,
    "allowed_regions": ("eu-west-1", "eu-central-1"),
    "log_buckets": ("acme-trail", "acme-config"),
    "approved_services": ("s3", "ec2"),
    "subjects": ("repo:acme/*",),
}
FULL_ACCESS = PolicyDocument(
    (Statement("Allow", action=("*",), resource=("*",)),)
)  # FullAWSAccess; RCPFullAWSAccess names everybody as principal, which is the same to a matcher


def request_of(claim: Claim) -> Request:
    """The claim as a request in the example organization.

    Raises:
        InputError: the claim names a kind of principal that there is not.
    """
    return Request(principal_of(claim.principal), claim.action, claim.resource, claim.context)


def principal_of(text: str) -> Principal:
    """The principal that a claim names.

    Raises:
        InputError: there is no such kind of principal.
    """
    if text == "anonymous":
        return ANONYMOUS
    kind, _, rest = text.partition(":")
    if kind == "service":
        return Principal(service=rest)
    if kind == "outside":
        account, _, name = rest.partition(":")
        return Principal(f"arn:aws:iam::{account}:{name}")
    if text == "root" or text.startswith(("role/", "user/")):
        return Principal(f"arn:aws:iam::{ACCOUNT}:{text}", organization=ORGANIZATION)
    raise InputError(f"no such principal in a claim: {text!r}", fix="write role/…, user/…, root, outside:…, service:…")


def example_parameters(guardrail: Guardrail) -> Parameters:
    """Values for the parameters of a guardrail that have no default, from the example organization."""
    return {name: EXAMPLE[name] for name in guardrail.parameters if name in EXAMPLE}


def broken_claims(guardrail: Guardrail, statements: Sequence[Statement] | None = None) -> tuple[Claim, ...]:
    """Claims that the policy does not keep; ``statements`` stand for the guardrail's own, as after packing.

    Raises:
        InputError: the guardrail cannot be rendered, or a claim names a principal that there is not.
    """
    found = render(guardrail, example_parameters(guardrail)) if statements is None else statements
    levels = ((FULL_ACCESS, PolicyDocument(tuple(found))),)
    decide = decide_scp if guardrail.kind == SCP else decide_rcp
    return tuple(claim for claim in guardrail.claims if decide(levels, request_of(claim)).allowed == claim.denied)
