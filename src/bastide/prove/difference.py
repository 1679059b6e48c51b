"""What one policy, or one set of service control policies, allows that another does not; with example requests.

The one idea: a request is allowed by the new and not by the old when every new layer admits it, no new deny hits it,
and either an old deny does or some old layer admits nothing of it. Each of these is one question for ``symbolic``.

A ``PolicySet`` is a list of layers that must all admit (one for a policy, one for each level for SCPs); within a layer
documents add up. It compares what the policies say, not what else is in force.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bastide.iam.decide import find
from bastide.model import PolicyDocument
from bastide.prove.symbolic import Example, Question, Rule, Test, Undecided, rules, solve
from bastide.prove.symbolic.callers import any_identity, everybody
from bastide.prove.symbolic.replay import request_of

IDENTITY, SCP, RESOURCE = "identity", "scp", "resource"
KINDS = (IDENTITY, SCP, RESOURCE)
EXAMPLES = 5
TOO_LARGE = 3  # questions without an answer

Layers = Sequence[Sequence[PolicyDocument]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Examples of what becomes possible and of what is no longer, and reasons where neither could be shown."""

    more: tuple[Example, ...] = ()
    less: tuple[Example, ...] = ()
    undecided: tuple[str, ...] = field(default=())

    @property
    def is_equal(self) -> bool:
        """Whether both allow exactly the same."""
        return not (self.more or self.less or self.undecided)


def difference(old: Layers, new: Layers, kind: str = IDENTITY, *, most: int = EXAMPLES) -> Difference:
    """Both directions of ``allows_more``."""
    more, why = allows_more(old, new, kind, most=most)
    less, why_not = allows_more(new, old, kind, most=most)
    return Difference(more, less, tuple(dict.fromkeys((*why, *why_not))))


def allows_more(
    old: Layers, new: Layers, kind: str = IDENTITY, *, most: int = EXAMPLES
) -> tuple[tuple[Example, ...], tuple[str, ...]]:
    """Requests that ``new`` allows and ``old`` does not, at most one a service and ``most`` in all.

    The second value: why it is not known, where no example was found but none can be excluded.
    """
    return _Comparison(old, new, kind).examples(most)


class _Comparison:
    def __init__(self, old: Layers, new: Layers, kind: str) -> None:
        self.old, self.new = old, new
        self.layers = tuple(_rules(layer, "Allow") for layer in new)
        self.denies = tuple(rule for layer in new for rule in _rules(layer, "Deny"))
        self.old_denies = tuple(rule for layer in old for rule in _rules(layer, "Deny"))
        self.old_layers = tuple(_rules(layer, "Allow") for layer in old)
        every = [rule for layer in (*self.layers, *self.old_layers) for rule in layer]
        every += [*self.denies, *self.old_denies]
        self.callers = everybody(every) if kind == RESOURCE else any_identity(every)
        self.undecided: list[str] = []

    def examples(self, most: int) -> tuple[tuple[Example, ...], tuple[str, ...]]:
        """The examples and, without any, the reasons."""
        found: list[Example] = []
        services: list[str] = []
        while len(found) < most and not self._gave_up and (example := self._one(tuple(services))):
            found.append(example)
            services.append(f"{example.action.partition(':')[0]}:*")
        return tuple(found), tuple(dict.fromkeys(self.undecided)) if not found else ()

    @property
    def _gave_up(self) -> bool:
        """Whether so many questions were too large that more of them would only take time."""
        return len(self.undecided) >= TOO_LARGE

    def _one(self, without: tuple[str, ...]) -> Example | None:
        doubtful: Example | None = None
        for callers in self.callers:
            for question in self._questions(callers.tests):
                if self._gave_up:
                    return doubtful
                answer = solve(replace(question, without=without))
                if isinstance(answer, Undecided):
                    self.undecided.append(answer.why)
                elif isinstance(answer, Example) and self._confirmed(answer):
                    if answer.documented and answer.plausible:
                        return answer
                    doubtful = doubtful or answer
                elif isinstance(answer, Example):
                    self.undecided.append(f"an example of {answer.action} was not confirmed")
        return doubtful

    def _questions(self, given: tuple[Test, ...]) -> Iterator[Question]:
        if self.old_denies:
            yield Question((*self.layers, self.old_denies), self.denies, given)
        for layer in self.old_layers:
            yield Question(self.layers, (*self.denies, *layer), given)

    def _confirmed(self, example: Example) -> bool:
        request = request_of(example)

        def allowed(layers: Layers) -> bool:
            return all(find(layer, request, "Allow") for layer in layers) and not any(
                find(layer, request, "Deny") for layer in layers
            )

        return allowed(self.new) and not allowed(self.old)


def _rules(layer: Sequence[PolicyDocument], effect: str) -> tuple[Rule, ...]:
    return tuple(rule for document in layer for rule in rules(document, effect))


def in_words(example: Example) -> str:
    """The example as one line: action, resource, caller and what else has to be so."""
    keys = dict(example.keys)
    caller = _caller(keys)
    hidden = ("aws:principalisawsservice", "aws:principaltype", "aws:principalaccount", "aws:principalservicename")
    told = [
        f"{key} = {' + '.join(values)}" for key, values in sorted(keys.items()) if key not in hidden and key[0] != "@"
    ]
    line = f"{example.action} on {example.resource}"
    line += f" by {caller}" if caller else ""
    line += f" with {', '.join(told)}" if told else ""
    if not example.documented:
        return f"{line} (an action that AWS does not have today)"
    return line if example.plausible else f"{line} (no documented resource of this action has such an ARN)"


def _caller(keys: dict[str, tuple[str, ...]]) -> str:
    for key in ("@session", "aws:principalarn", "@service", "@federated"):
        if key in keys:
            found = keys.pop(key)[0]
            keys.pop("aws:principalarn", None)
            return found
    return "anybody" if keys.get("aws:principaltype") == ("Anonymous",) else ""
