"""The examples of a plug-in's controls: they lie beside its code, and it must do what they say.

The one idea: the same bargain as for controls in YAML. ``acme_bucket_named.cases.yaml`` beside the module that makes
``acme-bucket-named`` is a list of cases of the form that ``docs/own-controls.md`` shows, at least one that passes and
one that fails. Shipped controls are tried by their own tests.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bastide.controls.control import Control
from bastide.declare.own_controls.examples import contradicted
from bastide.declare.own_controls.shapes import Case
from bastide.declare.source import parse
from bastide.errors import InputError, Problem

SHIPPED = "bastide.controls."
CASES = TypeAdapter(tuple[Case, ...])


def wrong_cases(control: Control) -> Iterator[Problem]:
    """What is wrong with the examples of a plug-in's control; nothing where it does what they say."""
    if control.module.startswith(SHIPPED):
        return
    path = cases_path(control)
    try:
        document = parse(path.read_bytes(), str(path))
        cases = CASES.validate_python(document.value)
    except OSError:
        yield Problem(f"the plug-in's control {control.id} has no examples", str(path),
                      "write them: one that passes, and one that fails")  # fmt: skip
        return
    except InputError as error:
        yield from error.problems
        return
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        yield Problem(
            f"the examples of {control.id}: {first['msg']}", document.where(first["loc"]), "see docs/own-controls.md"
        )
        return
    for wanted in sorted({"PASS", "FAIL"} - {case.status for case in cases}):
        yield Problem(
            f"{control.id} has no example that gives {wanted}", str(path), "add a case: name, status, properties"
        )
    yield from contradicted(control, cases, (), document)


def cases_path(control: Control) -> Path:
    """Where the examples of a plug-in's control lie."""
    module = sys.modules[control.module]
    return Path(module.__file__ or ".").with_name(f"{control.id.replace('-', '_')}.cases.yaml")
