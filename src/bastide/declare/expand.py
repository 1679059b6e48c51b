"""``expand(architecture, known)`` → the declared Estate: every resource that the file asks for, or that a default adds.

A pure, deterministic function: the same file and the same known ids give an equal estate, sorted by key. All that is wrong is
said at once. Reading the file is ``read.py``; what each section means is ``expansion/``, one file a subject.
"""

from __future__ import annotations

from bastide.declare.architecture import Architecture
from bastide.declare.expansion.archive import archive
from bastide.declare.expansion.baseline import baseline
from bastide.declare.expansion.known import Known
from bastide.declare.expansion.survey import Places, survey
from bastide.declare.expansion.tree import organization, tree
from bastide.model import Estate

__all__ = ["Known", "Places", "expand"]

SUBJECTS = (tree, archive, baseline)


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
    resources = sorted((resource for subject in SUBJECTS for resource in subject(found)), key=lambda one: one.key)
    return Estate(
        resources=tuple(resources),
        organization=organization(found, ()),
        regions=found.regions,
        basis="model",
    )
