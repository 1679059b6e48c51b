"""A technique: what a file of ``techniques`` says of itself, and the four functions that it holds.

One idea: the file is the whole story. ``TECHNIQUE`` holds the words and the expected outcome; ``prepare`` makes what
the attack needs, as the account's owner; ``attack`` makes the calls, as whoever was compromised; ``succeeded`` reads
back whether it worked; ``clean_up`` takes everything away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bastide.attack.stage import Stage

# What an attack needs to know of what was prepared for it: names, ids, ARNs.
Scene = dict[str, Any]

# The order in which an intrusion goes, and in which techniques are listed.
# Source: MITRE ATT&CK v17, Cloud matrix, tactics.
TACTICS = (
    "initial-access", "execution", "persistence", "privilege-escalation", "defense-evasion", "credential-access",
    "discovery", "lateral-movement", "exfiltration", "impact",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prevented:
    """Expected: one of these guardrails stops it where it is in force."""

    by: tuple[str, ...]

    def __init__(self, *by: str) -> None:
        object.__setattr__(self, "by", by)


@dataclass(frozen=True, slots=True)
class Recorded:
    """Expected: it works and leaves a record. ``because``: why nothing stops it; ``would``: what would."""

    because: str
    would: str = ""


class NotPlayable(Exception):
    """What the attack needs is not there: no detector, no recorder. Its text says what."""


@dataclass(frozen=True)
class Technique:
    """What one file says. ``mitre``: ATT&CK ids, the first counts; ``detectors``: how AWS's own detectors call it."""

    title: str
    mitre: tuple[str, ...]
    tactic: str
    detectors: tuple[str, ...]
    expected: Prevented | Recorded
    source: str
    where: str = "victim"  # whose guardrails count: victim, audit, log-archive, management, root
    bare: str = ""  # type of the policy that stops it even without guardrails, where one does
    id: str = ""  # the file's name with dashes
    story: str = ""  # the file's docstring


@dataclass(frozen=True)
class Script:
    """A technique with its functions, as read from its file."""

    technique: Technique
    prepare: Callable[[Stage], Scene]
    attack: Callable[[Stage, Scene], None]
    succeeded: Callable[[Stage, Scene], bool]
    clean_up: Callable[[Stage, Scene], None]
