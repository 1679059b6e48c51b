"""What a control says of one resource, and the finding that is kept of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from bastide.model.resource import Origin, ResourceKey
from bastide.model.unknown import Unknown, Value


class Status(StrEnum):
    """The four answers of a control."""

    PASS = "PASS"
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    NOT_APPLICABLE = "NOT_APPLICABLE"


class Severity(IntEnum):
    """How bad a failure is; ordered, so that gates can compare."""

    INFORMATIONAL = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @classmethod
    def parse(cls, text: str) -> Severity:
        """The severity of that name, in any case.

        Raises:
            KeyError: there is no severity of that name.
        """
        return cls[text.upper()]

    def __str__(self) -> str:
        """The name in lower case."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A status with the reason and the property path that decided it.

    ``evidence`` is what else a reader should see of the decision; two verdicts are equal whatever it is.
    """

    status: Status
    reason: str = ""
    path: str = ""
    evidence: Mapping[str, Value] | None = field(default=None, compare=False)


PASS = Verdict(Status.PASS)
NOT_APPLICABLE = Verdict(Status.NOT_APPLICABLE)


def fail(reason: str, path: str = "") -> Verdict:
    """FAIL, because of ``reason``, decided by the property at ``path``."""
    return Verdict(Status.FAIL, reason, path)


def unknown(value: Unknown | str, path: str = "") -> Verdict:
    """UNKNOWN, for the reason that ``value`` carries."""
    return Verdict(Status.UNKNOWN, value.reason if isinstance(value, Unknown) else value, path)


def not_applicable(reason: str) -> Verdict:
    """NOT_APPLICABLE, because of ``reason``."""
    return Verdict(Status.NOT_APPLICABLE, reason)


@dataclass(frozen=True, slots=True)
class Finding:
    """One control's verdict on one resource, with what is needed to act on it.

    ``basis`` says what the verdict stands on: model (declared or template), sandbox, or live.
    """

    control: str
    title: str
    severity: Severity
    status: Status
    resource: ResourceKey
    resource_name: str = ""
    account_name: str = ""
    arn: str = ""
    reason: str = ""
    path: str = ""
    value: Value = None
    remediation: str = ""
    maps_to: tuple[str, ...] = ()
    origin: Origin = Origin()
    basis: str = "model"
    evidence: Mapping[str, Value] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Stable over runs: 16 hex digits of control and resource, so that the same trouble keeps its identity."""
        # surrogatepass: JSON from AWS can hold half a surrogate pair, and any name must have an id.
        return hashlib.sha256(f"{self.control}|{self.resource}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
