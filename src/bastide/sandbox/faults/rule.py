"""Rules of faults: read from YAML or JSON, checked whole, matched against calls.

One idea: everything that a rule may say is a field of ``Rule``; whatever else a file holds is refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from bastide.errors import InputError, Problem

# Fault → what it does.
FAULTS = {
    "throttle": "the service's own throttling error",
    "unavailable": "503 in the service's shape",
    "internal": "500 in the service's shape",
    "slow": "the answer comes `seconds` later",
    "stale": "reads answer as before the last write to their service and account, `reads` of them",
    "deny": "access denied, as by a policy",
    "close": "the connection is closed without an answer",
    "hang": "the connection stays open without an answer, for `seconds` at most",
}
AFTER = ("unavailable", "internal", "close", "hang")  # those that may befall a call which was performed
MATCHED = ("service", "operation", "account", "region", "access")
ACCESS = ("read", "write")
PER = ("rule", "operation", "request")
OFTEN = ("probability", "every", "first", "rate")
LONGEST = 600.0  # seconds


@dataclass(frozen=True)
class Rule:
    """One rule. ``match``: name → patterns (``*`` and ``?``), of which one must fit; absent names fit every call.

    How often: with ``probability`` (0 to 1), ``every`` n-th call, the ``first`` n, or all above ``rate`` calls a
    second; always when none is given. Calls are counted ``per`` rule, operation (of one account and Region), or
    distinct request.
    """

    fault: str
    match: tuple[tuple[str, tuple[str, ...]], ...] = ()
    probability: float = 1.0
    every: int = 0
    first: int = 0
    rate: float = 0.0
    per: str = "rule"
    seconds: float = 1.0
    reads: int = 1
    when: str = "before"

    def fits(self, facts: Mapping[str, str]) -> bool:
        """Whether a call of these ``facts`` (MATCHED → value) is meant."""
        return all(any(fnmatchcase(facts[name], one) for one in patterns) for name, patterns in self.match)


@dataclass(frozen=True)
class Rules:
    """Rules in order: the first that strikes a call decides what befalls it. ``seed`` makes chance repeatable."""

    rules: tuple[Rule, ...] = ()
    seed: int = 0


def read_rules(path: Path) -> Rules:
    """The rules of a YAML or JSON file. Raises InputError when it cannot be read or a rule is wrong."""
    import yaml

    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the faults cannot be read: {error}", str(path), "name a file of rules") from error
    except (yaml.YAMLError, RecursionError) as error:
        said = " ".join(str(error).split()) or "it is nested too deeply"
        raise InputError(f"the faults are not YAML: {said}", str(path)) from error
    return parse_rules(document, str(path))


def parse_rules(document: object, where: str = "faults") -> Rules:
    """The rules of a parsed document: ``{seed, rules: [{fault, match, …}]}``. Raises InputError with all problems."""
    problems: list[Problem] = []
    if not isinstance(document, Mapping) or not isinstance(document.get("rules"), Sequence):
        raise InputError("faults are a mapping with a list of rules", where, "rules: [{fault: throttle, every: 3}]")
    problems += _unknown(document, ("rules", "seed"), where)
    seed = document.get("seed", 0)
    if not isinstance(seed, int) or isinstance(seed, bool):
        problems.append(Problem(f"seed must be a whole number, not {seed!r}", where))
    rules = []
    for number, one in enumerate(document["rules"], start=1):
        rule, wrong = _rule(one, f"{where}: rule {number}")
        problems += wrong
        rules += [rule] if rule else []
    if problems:
        raise InputError.of(problems)
    return Rules(tuple(rules), seed)


def render_rules(rules: Rules) -> dict[str, Any]:
    """The document that ``parse_rules`` reads, with only what differs from the defaults."""
    return {"seed": rules.seed, "rules": [_plain(rule) for rule in rules.rules]}


def _plain(rule: Rule) -> dict[str, Any]:
    said = {one.name: getattr(rule, one.name) for one in fields(rule) if getattr(rule, one.name) != one.default}
    if rule.match:
        said["match"] = {name: list(patterns) for name, patterns in rule.match}
    return said


def _unknown(found: Mapping[Any, Any], known: Sequence[str], where: str) -> list[Problem]:
    problems = []
    for name in found:
        if name not in known:
            near = get_close_matches(str(name), known, n=1)
            fix = f"did you mean {near[0]}?" if near else f"one of {', '.join(known)}"
            problems.append(Problem(f"{name!r} is not known here", where, fix))
    return problems


def _rule(found: object, where: str) -> tuple[Rule | None, list[Problem]]:
    if not isinstance(found, Mapping):
        return None, [Problem("a rule is a mapping", where, "{fault: throttle, every: 3}")]
    problems = _unknown(found, [one.name for one in fields(Rule)], where)
    fault = found.get("fault")
    if fault not in FAULTS:
        problems.append(Problem(f"there is no fault {fault!r}", where, f"one of {', '.join(FAULTS)}"))
    match, wrong = _match(found.get("match", {}), where)
    problems += wrong + _numbers(found, where) + _words(found, where)
    often = [name for name in OFTEN if name in found]
    if len(often) > 1:
        problems.append(Problem(f"{' and '.join(often)} contradict each other", where, "say how often in one way"))
    if problems:
        return None, problems
    values = {one.name: found[one.name] for one in fields(Rule) if one.name in found and one.name != "match"}
    return Rule(**values, match=match), []


def _match(found: object, where: str) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], list[Problem]]:
    if not isinstance(found, Mapping):
        return (), [Problem("match is a mapping", where, "match: {service: iam, access: write}")]
    problems = _unknown(found, MATCHED, where)
    rows = []
    for name, value in found.items():
        patterns = tuple(value) if isinstance(value, list) else (value,)
        # YAML reads an account without quotes as a number, and drops the zeros before it.
        if not patterns or not all(isinstance(one, str) and one for one in patterns):
            problems.append(Problem(f"match.{name} must be text or a list of texts", where, f'{name}: "…"'))
        elif name == "access" and not set(patterns) <= set(ACCESS):
            problems.append(Problem(f"match.access cannot be {value!r}", where, "read or write"))
        else:
            rows.append((str(name), patterns))
    return tuple(rows), problems


# Name → (lowest, highest, whole).
_NUMBERS = {
    "probability": (0.0, 1.0, False), "every": (1, 1e9, True), "first": (1, 1e9, True), "rate": (0.001, 1e6, False),
    "seconds": (0.0, LONGEST, False), "reads": (1, 1000, True),
}  # fmt: skip


def _numbers(found: Mapping[Any, Any], where: str) -> list[Problem]:
    problems = []
    for name, (lowest, highest, whole) in _NUMBERS.items():
        value = found.get(name, lowest)
        number = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
        if not number or not lowest <= value <= highest:
            kind = "a whole number" if whole else "a number"
            problems.append(Problem(f"{name} must be {kind} from {lowest:g} to {highest:g}, not {value!r}", where))
    return problems


def _words(found: Mapping[Any, Any], where: str) -> list[Problem]:
    problems = []
    if found.get("per", "rule") not in PER:
        problems.append(Problem(f"per cannot be {found['per']!r}", where, f"one of {', '.join(PER)}"))
    when = found.get("when", "before")
    if when not in ("before", "after"):
        problems.append(Problem(f"when cannot be {when!r}", where, "before or after the call is performed"))
    elif when == "after" and found.get("fault") not in AFTER:
        fix = f"only {', '.join(AFTER)} may come after"
        problems.append(Problem(f"{found.get('fault')} cannot come after the call was performed", where, fix))
    return problems
