"""Parameters of a control: AWS Config's names, kinds and defaults.

The one idea: a parameter's value is written as text on a command line and in a conformance pack, so text is understood
for every kind. What a value means is the control's own matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bastide.errors import InputError
from bastide.iam.vocabulary import suggest
from bastide.model import Value

KINDS = ("integer", "number", "boolean", "string", "list")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting of a control: its name (Config's, ``maxAccessKeyAge``), kind, value and what it is about.

    ``default`` is the value in force; None where the control asks nothing unless it is set.
    """

    name: str
    kind: str
    default: Value = None
    about: str = ""

    def parse(self, value: Value) -> Value:
        """The value in this parameter's kind; a list is a list of texts.

        Raises:
            InputError: the value is not of the kind.
        """
        read = {"integer": _integer, "number": _number, "boolean": _boolean, "list": _list}.get(self.kind, _string)
        try:
            return read(value)
        except (ValueError, TypeError) as error:
            raise InputError(f"parameter {self.name} is not a {self.kind}: {value!r}", fix=self.about) from error


def with_values(parameters: Iterable[Parameter], values: Mapping[str, Value], where: str) -> tuple[Parameter, ...]:
    """The parameters with the values given in place of their defaults.

    Raises:
        InputError: there is no parameter of that name in ``where``, or a value is not of its kind.
    """
    known = {one.name: one for one in parameters}
    for name in values:
        if name not in known:
            fix = suggest(name, known) or (f"it has {', '.join(known)}" if known else "it has none")
            raise InputError(f"{where} has no parameter {name!r}", fix=fix)
    return tuple(replace(one, default=one.parse(values[one.name])) if one.name in values else one
                 for one in known.values())  # fmt: skip


def snake(name: str) -> str:
    """A parameter's name as a Python argument: ``maxAccessKeyAge`` → ``max_access_key_age``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _integer(value: Value) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and value != int(value)):
        raise ValueError(value)
    return int(value)


def _number(value: Value) -> float:
    if isinstance(value, bool):
        raise ValueError(value)
    return float(value)


def _boolean(value: Value) -> bool:
    if str(value).lower() not in ("true", "false"):
        raise ValueError(value)
    return str(value).lower() == "true"


def _string(value: Value) -> str:
    if not isinstance(value, str | int | float):
        raise ValueError(value)
    return str(value)


def _list(value: Value) -> list[str]:
    """Texts; one text is split at its commas, as Config's CSV parameters are."""
    if isinstance(value, list | tuple):
        return [_string(one) for one in value]
    return [part.strip() for part in _string(value).split(",") if part.strip()]
