"""An example tried on the definition in ``iam``: what the engine found is shown only when one decision agrees.

The definition fills in keys that follow from the caller, so that an example with a key absent may meet one that has it;
such an example is not confirmed, which is the safe side.
"""

from __future__ import annotations

from bastide.iam.decide import matches
from bastide.iam.request import Principal, Request
from bastide.prove.symbolic.rule import FEDERATED, PRINCIPAL_ARN, SERVICE, SESSION
from bastide.prove.symbolic.solve import Example, Question

PSEUDO = "@"
ORGANIZATION = "aws:principalorgid"


def request_of(example: Example) -> Request:
    """The example as a request of the definition."""

    def one(key: str) -> str:
        return example.keys.get(key, ("",))[0]

    principal = Principal(
        arn=one(PRINCIPAL_ARN),
        session=one(SESSION),
        service=one(SERVICE),
        federated=one(FEDERATED),
        organization=one(ORGANIZATION),
    )
    context = {key: values for key, values in example.keys.items() if not key.startswith(PSEUDO)}
    return Request(principal, example.action, example.resource, context)


def confirmed(example: Example, question: Question) -> bool:
    """Whether by the definition every layer admits the example, and no forbidden rule speaks about it."""
    request = request_of(example)
    return all(
        any(matches(rule.statement, request, version=rule.version) for rule in layer) for layer in question.required
    ) and not any(matches(rule.statement, request, version=rule.version) for rule in question.forbidden)
