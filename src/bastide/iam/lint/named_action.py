"""One action that a person names in a question: it has to be one that AWS documents.

A misspelt action would get an honest "nobody can", which reads like good news. Cases of ``iam evaluate`` are not held
to this: they may be about actions newer than the list.
"""

from __future__ import annotations

from bastide.errors import InputError
from bastide.iam.caller_text import parse_action
from bastide.iam.lint import catalog
from bastide.iam.vocabulary import suggest


def parse_named_action(text: str, where: str) -> str:
    """The action, as it was written.

    Raises:
        InputError: it is no ``service:Action``, or AWS documents no such service or action.
    """
    service, _, name = parse_action(text, where).partition(":")
    version = catalog.data_version()
    if service.lower() not in catalog.services():
        fix = suggest(service, catalog.services())
        raise InputError(f"no service has the prefix {service!r} (list of {version})", where, fix)
    known = catalog.actions(service.lower())
    if name.lower() not in known:
        near = suggest(name, [action.name for action in known.values()])
        raise InputError(f"{service} has no action {name!r} (list of {version})", where, near or "see bastide iam lint")
    return text
