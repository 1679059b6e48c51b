"""``expand(architecture, known)`` → the declared Estate: every resource that the file asks for, or that a default adds.

A pure, deterministic function: the same file and the same known ids give an equal estate, sorted by key. All that is
wrong is said at once. Reading the file is ``read.py``; what each section means is ``expansion/``, one file a subject.
"""

from __future__ import annotations

from bastide.declare.architecture import Architecture
from bastide.declare.expansion.archive import archive
from bastide.declare.expansion.baseline import baseline
from bastide.declare.expansion.check import check
from bastide.declare.expansion.detection import detection
from bastide.declare.expansion.guardrails import attachments, guardrails
from bastide.declare.expansion.guardrails import policies as attached
from bastide.declare.expansion.identity import identity
from bastide.declare.expansion.known import Known
from bastide.declare.expansion.network import network
from bastide.declare.expansion.recording import recording
from bastide.declare.expansion.standing import Standing, standings
from bastide.declare.expansion.survey import Places, survey
from bastide.declare.expansion.tree import organization, tree
from bastide.errors import InputError, Problem
from bastide.model import Estate

__all__ = ["Known", "Places", "Standing", "expand", "guardrails_in_force"]

SUBJECTS = (tree, archive, recording, detection, baseline, identity, network)


def expand(
    architecture: Architecture, known: Known, *, file: str = "", places: Places | None = None, today: str = ""
) -> Estate:
    """The estate that an architecture declares.

    ``places`` gives (line, column) of a path of the file, (0, 0) where it does not stand there. ``today`` (YYYY-MM-DD)
    decides which exemptions have ended; empty: none is taken as ended.

    Raises:
        InputError: everything that contradicts itself, does not exist or does not fit, at once.
    """
    found = survey(architecture, known, file, places)
    problems = check(found, today)
    policies = attachments(found, today, problems)
    if problems:
        raise InputError.of(problems)
    resources = [resource for subject in SUBJECTS for resource in subject(found)]
    resources += guardrails(found, policies, resources)
    return Estate(
        resources=tuple(sorted(resources, key=lambda resource: resource.key)),
        organization=organization(found, attached(found, policies)),
        regions=found.regions,
        basis="model",
    )


def guardrails_in_force(architecture: Architecture, known: Known, *, today: str = "") -> dict[str, Standing]:
    """What stands at the root (an empty path), at each unit and at each account that has words of its own.

    Raises:
        InputError: as ``expand`` does.
    """
    found = survey(architecture, known, "", None)
    problems: list[Problem] = check(found, today)
    standing = standings(found, today, problems)
    if problems:
        raise InputError.of(problems)
    return {path: one for path, one in standing.items() if one is not standing.get(path.rpartition("/")[0]) or not path}
