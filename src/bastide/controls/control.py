"""What a control is, and how a Python function becomes one.

The one idea: a control is a function with its metadata, whether the function was written or compiled from a file of
data; nobody beside this package needs to know which.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from bastide.controls.parameter import Parameter, snake, with_values
from bastide.model import Estate, Properties, Resource, Severity, Value, Verdict

Decide = Callable[..., Verdict]
Heal = Mapping[str, Value] | Callable[[Resource], Properties]

ACCOUNT = "AWS::::Account"  # the subject of controls about a whole account; assess makes one an account
ACCOUNT_REGION = "Bastide::Account::Region"  # the subject of controls about one region of an account


@dataclass(frozen=True)
class Control:
    """One rule with its metadata.

    ``reads``: types beside ``resource_type`` that the decision looks up in the estate. ``properties``: paths that it
    reads of the resource (``*`` for elements of a list), so that nothing else has to be collected. ``heal``: property
    values that would turn a FAIL into a PASS (by dotted path), or a function from the failing resource to its desired
    properties; None where a person has to decide. ``config_rule``: the AWS Config managed rule that asks the same.
    ``parameters``: that rule's, with the values in force. ``configure`` makes ``decide`` and ``heal`` of their values.
    """

    id: str
    title: str
    resource_type: str
    severity: Severity
    maps_to: tuple[str, ...]
    source: str
    remediation: str
    decide: Decide
    relational: bool
    reads: tuple[str, ...] = ()
    heal: Heal | None = None
    config_rule: str = ""
    module: str = ""
    parameters: tuple[Parameter, ...] = ()
    properties: tuple[str, ...] = ()
    configure: Callable[[Mapping[str, Value]], tuple[Decide, Heal | None]] | None = None

    def with_parameters(self, values: Mapping[str, Value]) -> Control:
        """The same control with other values of some of its parameters, as text or in their kind.

        Raises:
            InputError: it has no parameter of that name, or the value is not of its kind.
        """
        parameters = with_values(self.parameters, values, f"control {self.id}")
        if self.configure is None or not values:
            return self
        decide, heal = self.configure({one.name: one.default for one in parameters})
        return replace(self, decide=decide, heal=heal, parameters=parameters)

    def verdict(self, resource: Resource, estate: Estate) -> Verdict:
        """What this control says of one resource of its type."""
        return self.decide(resource, estate) if self.relational else self.decide(resource)


def control(  # noqa: PLR0913  (metadata, all by keyword)
    *,
    title: str,
    resource_type: str,
    severity: str,
    maps_to: tuple[str, ...],
    source: str,
    remediation: str,
    reads: tuple[str, ...] = (),
    heal: Heal | None = None,
    config_rule: str = "",
    parameters: tuple[Parameter, ...] = (),
    properties: tuple[str, ...] = (),
) -> Callable[[Decide], Control]:
    """A decorator that makes a Control of a function ``(resource) -> Verdict`` or ``(resource, estate) -> Verdict``.

    The slug is the function's name with hyphens. Parameters are keyword arguments in snake case: ``maxAccessKeyAge``
    is ``max_access_key_age``.
    """

    def configure(decide: Decide, values: Mapping[str, Value]) -> tuple[Decide, Heal | None]:
        own = {snake(name): value for name, value in values.items()}
        return partial(decide, **own), _given(heal, own) if callable(heal) else heal

    def make(decide: Decide) -> Control:
        default = {one.name: one.default for one in parameters}
        chosen, mended = configure(decide, default) if parameters else (decide, heal)
        return Control(
            id=decide.__name__.replace("_", "-"),
            title=title,
            resource_type=resource_type,
            severity=Severity.parse(severity),
            maps_to=maps_to,
            source=source,
            remediation=remediation,
            decide=chosen,
            relational=_takes_estate(decide),
            reads=reads,
            heal=mended,
            config_rule=config_rule,
            module=decide.__module__,
            parameters=parameters,
            properties=properties,
            configure=partial(configure, decide) if parameters else None,
        )

    return make


def _given(heal: Callable[..., Properties], own: Mapping[str, Value]) -> Callable[[Resource], Properties]:
    """The heal with those of the parameters that it takes."""
    return partial(heal, **{name: own[name] for name in inspect.signature(heal).parameters if name in own})


def _takes_estate(decide: Decide) -> bool:
    kinds = [one.kind for one in inspect.signature(decide).parameters.values()]
    return kinds.count(inspect.Parameter.POSITIONAL_OR_KEYWORD) == 2
