"""Standards over the controls: which requirement rests on what, how an estate stands, and AWS Config's shapes of it.

Input: an ``Assessment`` with its passes, and the standards in ``data``. Output: a ``Standing`` with an
answer for each requirement and scores; conformance packs and evaluation results as AWS Config writes them; the files of
an evidence pack. Nothing is judged here; a requirement that no control of ours answers is said to be not covered.
"""

from bastide.standards.coverage import Coverage, controls_of, coverage
from bastide.standards.standard import Requirement, Standard, all_standards, find_standard, parse_standard
from bastide.standards.standing import Answer, Outcome, Score, Standing, standing

__all__ = [
    "Answer",
    "Coverage",
    "Outcome",
    "Requirement",
    "Score",
    "Standard",
    "Standing",
    "all_standards",
    "controls_of",
    "coverage",
    "find_standard",
    "parse_standard",
    "standing",
]
