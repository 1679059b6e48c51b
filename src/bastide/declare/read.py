"""An architecture file read and checked: the model of it, and the place of everything that it says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from bastide.declare import source
from bastide.declare.architecture import Architecture
from bastide.declare.problems import file_path, problems_of
from bastide.errors import InputError


@dataclass(frozen=True)
class Declaration:
    """A valid architecture with the document that it was read from."""

    architecture: Architecture
    document: source.Document

    def place(self, path: str) -> source.Place:
        """Line and column of a dotted path of the model (``ous.prod.accounts.shop``), or of what is nearest to it."""
        return self.document.place(file_path(tuple(path.split(".")), self.document))


def read_architecture(path: Path) -> Declaration:
    """The architecture in a file.

    Raises:
        InputError: the file cannot be read or is not a valid architecture; all problems at once, with places.
    """
    return check(source.read(path))


def check(document: source.Document) -> Declaration:
    """The architecture that a document describes.

    Raises:
        InputError: it does not describe one; all problems at once, with places.
    """
    if not isinstance(document.value, dict):
        raise InputError("an architecture is a mapping of keys", document.where(()), "see `bastide init`")
    try:
        return Declaration(Architecture.model_validate(document.value), document)
    except ValidationError as error:
        raise InputError.of(problems_of(error, document)) from error
