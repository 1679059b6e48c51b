"""What a replication task writes to its log, by its settings.

The one idea: a component that the settings do not name has the severity that DMS gives it, LOGGER_SEVERITY_DEFAULT;
lower ones keep errors only. Settings are JSON, often as text.

Source: AWS DMS User Guide, "Logging task settings"; AWS Security Hub User Guide, DMS.7.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from bastide.controls.lookup import elements_of, truth
from bastide.model import PASS, Resource, Unknown, Value, Verdict, fail, unknown

PATH = "ReplicationTaskSettings"
ENOUGH = ("LOGGER_SEVERITY_DEFAULT", "LOGGER_SEVERITY_DEBUG", "LOGGER_SEVERITY_DETAILED_DEBUG")


def judge_logging(task: Resource, components: tuple[str, ...]) -> Verdict:
    """FAIL when logging is off, or one of the components logs less than by default."""
    logging = _logging(task.get(PATH))
    if isinstance(logging, Unknown):
        return unknown(logging, PATH)
    given = logging.get("EnableLogging")
    on = truth(given) if given is not None else False
    if isinstance(on, Unknown):
        return unknown(on, PATH)
    if not on:
        return fail("the task writes no log", PATH)
    listed = elements_of(logging.get("LogComponents"))
    if isinstance(listed, Unknown):
        return unknown(listed, PATH)
    return _judged(listed, components)


def _judged(listed: list[Value] | tuple[Value, ...], components: tuple[str, ...]) -> Verdict:
    doubt: Unknown | None = None
    for one in listed:
        name = one.get("Id") if isinstance(one, Mapping) else Unknown("not a component")
        severity = one.get("Severity", ENOUGH[0]) if isinstance(one, Mapping) else name
        if isinstance(name, Unknown) or (name in components and isinstance(severity, Unknown)):
            doubt = name if isinstance(name, Unknown) else severity
        elif name in components and severity not in ENOUGH:
            return fail(f"{name} logs {severity} only", PATH)
    return PASS if doubt is None else unknown(doubt, PATH)


def _logging(settings: Value) -> Mapping[str, Value] | Unknown:
    """The part about logging; empty where nothing is said of it."""
    if isinstance(settings, str):
        try:
            settings = json.loads(settings)
        except ValueError:
            return Unknown("not JSON")
    part = settings.get("Logging") if isinstance(settings, Mapping) else settings
    if isinstance(part, Unknown):
        return part
    return {} if part is None else part if isinstance(part, Mapping) else Unknown("not an object")
