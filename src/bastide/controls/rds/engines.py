"""Which engine a database has: whether a control speaks of it."""

from __future__ import annotations

from bastide.model import Resource, Unknown, Verdict, not_applicable, unknown

UNSAID = Unknown("the engine is not said")


def excluded(database: Resource, engines: tuple[str, ...], reason: str) -> Verdict | None:
    """NOT_APPLICABLE for another engine, UNKNOWN where it is not said; None for one of ``engines``."""
    engine = database.get("Engine")
    if engine is None or isinstance(engine, Unknown):
        return unknown(UNSAID if engine is None else engine, "Engine")
    return None if engine in engines else not_applicable(reason)
