"""Every error that a user can meet: what happened, where, and how to fix it.

Subclasses say what the *caller* can do; exit codes follow the class, once, in ``show/cli``. A message names values and
places, never secrets. Anything that is not a ``BastideError`` is a bug of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: what, where (``file:line:column`` or ``account/region/ARN``) and how to fix it."""

    what: str
    where: str = ""
    fix: str = ""

    def __str__(self) -> str:
        """The problem as up to three aligned lines."""
        lines = [self.what]
        if self.where:
            lines.append(f"  at   {self.where}")
        if self.fix:
            lines.append(f"  fix  {self.fix}")
        return "\n".join(lines)


class BastideError(Exception):
    """Base of every error that a user can meet; ``problems`` holds all that was found, not only the first."""

    exit_code = 4

    def __init__(self, what: str, where: str = "", fix: str = "", *, others: Sequence[Problem] = ()) -> None:
        """Make an error of one problem, with ``others`` found in the same pass."""
        self.problems: tuple[Problem, ...] = (Problem(what, where, fix), *others)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @property
    def what(self) -> str:
        """The first problem's sentence."""
        return self.problems[0].what


class InputError(BastideError):
    """A file or an option is wrong: fix it and run again."""

    exit_code = 2

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> InputError:
        """One error that carries all of ``problems`` (at least one)."""
        first, *others = problems
        return cls(first.what, first.where, first.fix, others=others)


class TargetError(BastideError):
    """AWS or the sandbox refused or failed a call."""

    exit_code = 3


class StalePlanError(InputError):
    """The plan file was changed, or what it was made from has moved: plan again."""


class IncompleteError(BastideError):
    """Part of the work could not be done; the partial result is kept and marked."""

    exit_code = 3


class ContractError(BastideError):
    """Our own bug: a handler's read-back differs from its plan, or a rule breaks its interface."""

    exit_code = 4
