"""An example tried on the definition in ``iam``: what the engine found is shown only when one decision agrees.

The definition fills in keys that follow from the caller, so that an example with a key absent may meet one that has it;
such an example is not confirmed, which is the safe side.
"""

from __future__ import annotations

from bastide.iam.decide import matches
from bastide.iam.request import Principal, Request
from bastide.model import Statement
from bastide.prove.symbolic.actions import Actions
from bastide.prove.symbolic.constraint import RESOURCE, absent, pinned
from bastide.prove.symbolic.rule import FEDERATED, PRINCIPAL_ARN, SERVICE, SESSION, Rule
from bastide.prove.symbolic.solve import Example, Question, solve

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


def is_asked_for(request: Request, question: Question) -> bool:
    """Whether a concrete request, with the keys that it has and no others, is one that a question asks for."""
    if request.action not in question.actions:
        return False
    if not all(any(_speaks(rule, request) for rule in layer) for layer in question.required):
        return False
    if any(_speaks(rule, request) for rule in question.forbidden):
        return False
    pins = (*(pinned(key, *values) for key, values in request.keys.items()), pinned(RESOURCE, request.resource))
    others = {test.key for test in question.given} - {*request.keys, RESOURCE}
    given = (*question.given, *pins, *(absent(key) for key in sorted(others)))
    whatever = Rule(Statement("Allow", action=("*",), resource=("*",)))
    anything = Question(((whatever,),), (), given, Actions((request.action,)), plausible=False, shaped=False)
    return isinstance(solve(anything), Example)


def _speaks(rule: Rule, request: Request) -> bool:
    return matches(rule.statement, request, version=rule.version)
