"""What came of one invariant: PROVED, a counterexample, or NOT PROVED and why.

The one idea: an answer of the engine becomes a counterexample only when the definition in ``iam`` confirms it; what
could not be read or was approximated makes NOT PROVED, never PROVED.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from bastide.prove.symbolic import Covered, Example, Question, solve
from bastide.prove.symbolic.replay import confirmed

PROVED, COUNTEREXAMPLE, NOT_PROVED, EXEMPT = "PROVED", "COUNTEREXAMPLE", "NOT PROVED", "EXEMPT"


@dataclass(frozen=True, slots=True)
class Proof:
    """The outcome for one invariant. ``name`` is a slug, ``about`` what it says, ``where`` the accounts.

    ``examples``: confirmed requests that break it (or, of ``still`` invariants, that show that it holds). ``by``: the
    policies' statements that shut everything out. ``why``: reasons of NOT PROVED, and remarks.
    """

    name: str
    about: str
    status: str
    where: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    by: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    # What was asked, one for each counterexample: who tries one can ask again whether a request is of its kind.
    questions: tuple[Question, ...] = field(default=(), compare=False, repr=False)


def nobody_can(question: Question) -> Proof:
    """The proof that no request answers a question; without name."""
    answer = solve(question)
    if isinstance(answer, Covered):
        return Proof("", "", PROVED, by=tuple(dict.fromkeys(map(str, answer.by))))
    if not isinstance(answer, Example):
        return Proof("", "", NOT_PROVED, why=(answer.why,))
    if not confirmed(answer, question):
        return Proof("", "", NOT_PROVED, why=(f"an example of {answer.action} that one decision does not confirm",))
    if not answer.plausible:
        why = f"only for {answer.resource}, which no documented resource of {answer.action} looks like"
        return Proof("", "", NOT_PROVED, examples=(answer,), why=(why,))
    return Proof("", "", COUNTEREXAMPLE, examples=(answer,), questions=(question,))


def somebody_can(question: Question) -> Proof:
    """The proof that some request answers a question: PROVED with one; a counterexample names who shuts it out."""
    answer = solve(question)
    if isinstance(answer, Example) and confirmed(answer, question):
        return Proof("", "", PROVED, examples=(answer,))
    if isinstance(answer, Covered):
        by = tuple(dict.fromkeys(map(str, answer.by)))
        return Proof("", "", COUNTEREXAMPLE, by=by, why=("nothing allows it" if not by else f"shut out by {by[0]}",))
    why = "no example could be confirmed" if isinstance(answer, Example) else answer.why
    return Proof("", "", NOT_PROVED, why=(why,))


def with_unread(proof: Proof, unread: Sequence[str], *, denies_only: bool = False) -> Proof:
    """The proof when some policies could not be read: they may deny what it shows, or allow what it misses.

    ``denies_only``: the policies can only deny, as resource control policies do; what is PROVED without them stays so.
    """
    if not unread or (denies_only and proof.status == PROVED):
        return proof
    return replace(proof, status=NOT_PROVED, why=(*proof.why, *unread))


def together(name: str, about: str, parts: Iterable[Proof], where: Sequence[str] = ()) -> Proof:
    """One proof of several: as bad as the worst of them."""
    every = list(parts)
    statuses = {part.status for part in every}
    status = next((one for one in (COUNTEREXAMPLE, NOT_PROVED) if one in statuses), PROVED)
    worst = [part for part in every if part.status == status]
    examples = tuple(example for part in worst for example in part.examples) if status != PROVED else ()
    return Proof(
        name, about, status, tuple(where), examples,
        tuple(dict.fromkeys(one for part in worst for one in part.by)),
        tuple(dict.fromkeys(one for part in every for one in part.why)),
        tuple(question for part in worst for question in part.questions),
    )  # fmt: skip
