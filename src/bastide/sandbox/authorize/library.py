"""Policy texts made ready once: the parsed document of each text, with the names that a refusal gives it.

One idea: the text is the key. A policy that is written anew is another text, so nothing ever has to be invalidated.
A text that cannot be read is kept as such: whoever needs it cannot decide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bastide.errors import InputError
from bastide.iam.parse import parse_policy
from bastide.model import PolicyDocument

KEPT = 20_000  # documents; a sandbox's week has some hundreds


@dataclass(frozen=True, slots=True)
class Source:
    """A policy's text with the names that people know it by. `arn` is empty for inline policies."""

    text: str
    name: str = ""
    arn: str = ""


class Library:
    """Documents by their source."""

    def __init__(self) -> None:
        """Nothing read yet."""
        self._documents: dict[Source, PolicyDocument | str] = {}
        self._sources: dict[int, Source] = {}

    def read(self, source: Source) -> PolicyDocument | str:
        """The document (the same object every time), or why it cannot be read."""
        found = self._documents.get(source)
        if found is None:
            if len(self._documents) >= KEPT:
                self._documents.clear()
                self._sources.clear()
            found = self._documents[source] = _parse(source)
            if not isinstance(found, str):
                self._sources[id(found)] = source
        return found

    def source(self, document: PolicyDocument) -> Source:
        """Where a document came from."""
        return self._sources.get(id(document), Source(""))


def _parse(source: Source) -> PolicyDocument | str:
    try:
        document = parse_policy(source.text, where=source.name, positions=False)
        _refuse_broken_variables(document)
    except InputError as error:
        return error.what
    return replace(document)


def _refuse_broken_variables(document: PolicyDocument) -> None:
    """Raises InputError for a variable that is none: better here, where the policy is known, than at a decision."""
    from bastide.iam.layers import layer

    layer("", (document,))
