"""What is not YAML, as an error with its place: every file that people write says it in the same words."""

from __future__ import annotations

import yaml

from bastide.errors import InputError


def not_yaml(error: yaml.YAMLError, file: str, fix: str) -> InputError:
    """The error for a text of ``file`` that yaml refuses, at line and column where it names them."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return InputError(f"this is not YAML: {str(error).splitlines()[0]}", file, fix)
    mark = error.problem_mark or error.context_mark
    where = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else file
    return InputError(f"this is not YAML: {error.problem or error.context}", where, fix)
