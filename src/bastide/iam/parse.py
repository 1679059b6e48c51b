"""A policy's text or mapping to a ``PolicyDocument``, with every problem found in one pass.

The one idea: check shapes once, here, so that everything behind it works on tuples and never asks again. It accepts
what IAM accepts (one statement or a list, one value or a list, JSON booleans and numbers as condition values) and
refuses what IAM refuses. It does not know whether actions, keys or resources exist, nor which kind of policy it reads:
a principal and a resource are both optional, but not both may be missing.

Source: IAM User Guide, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from bastide.errors import InputError, Problem
from bastide.iam.json_text import Number, Places, at, escape, locate, parse_json_text
from bastide.iam.vocabulary import DOCUMENT, OPERATORS, PRINCIPALS, STATEMENT, VERSIONS, operator, suggest
from bastide.model import PolicyDocument, Position, Statement, Unknown
from bastide.model.policy import Condition, Principals

Strings = tuple[str, ...]
KNOWN: Mapping[Strings, frozenset[str]] = {known: frozenset(known) for known in (DOCUMENT, STATEMENT)}
RESOURCE_OR_PRINCIPAL = frozenset({"Resource", "NotResource", "Principal", "NotPrincipal"})


def parse_policy(source: str | bytes | Mapping[str, Any], *, where: str = "", positions: bool = True) -> PolicyDocument:
    """The policy in ``source``, JSON text or its decoded form.

    ``where`` names the source in errors and positions: a file, or an ARN. Statements read from text know line and
    column, unless ``positions`` is off (twice as fast). An absent ``Version`` is read as what IAM takes it for,
    2008-10-17.

    Raises:
        InputError: with all problems, each with its JSON pointer and, for text, line and column.
    """
    if isinstance(source, Mapping):
        return _document(source, where, None)
    value, text = parse_json_text(source, where)
    if positions:
        return _document(value, where, locate(text))
    try:
        return _document(value, where, None)
    except InputError:
        return _document(value, where, locate(text))


@dataclass
class _Reader:
    """Collects problems while the document is walked."""

    where: str
    places: Places | None
    problems: list[Problem] = field(default_factory=list)

    def problem(self, pointer: str, what: str, fix: str = "") -> None:
        place = self.where
        if self.places:
            line, column = self.places.line_column(pointer)
            place = at(self.where, line, column)
        self.problems.append(Problem(what, f"{place} {pointer}".strip(), fix))

    def position(self, pointer: str) -> Position:
        if self.places is None:
            return Position(self.where, pointer=pointer)
        return Position(self.where, *self.places.line_column(pointer), pointer)


def _document(value: Any, where: str, places: Places | None) -> PolicyDocument:
    reader = _Reader(where, places)
    if not isinstance(value, Mapping):
        reader.problem("", f"a policy is a JSON object, not {_kind(value)}")
        raise InputError.of(reader.problems)
    _names(reader, value, "", DOCUMENT)
    version = _version(reader, value.get("Version", VERSIONS[1]))
    identifier = _string(reader, value.get("Id", ""), "/Id")
    statements = _statements(reader, value)
    if reader.problems:
        raise InputError.of(reader.problems)
    return PolicyDocument(statements, version, identifier, reader.position(""))


def _version(reader: _Reader, value: Any) -> str:
    if value not in VERSIONS or type(value) is not str:
        reader.problem("/Version", f"no such policy version: {_show(value)}", f'write "{VERSIONS[0]}"')
        return VERSIONS[0]
    return value


def _statements(reader: _Reader, value: Mapping[str, Any]) -> tuple[Statement, ...]:
    if "Statement" not in value:
        reader.problem("", "the policy has no Statement")
        return ()
    found = value["Statement"]
    if isinstance(found, Mapping):
        return (_statement(reader, found, "/Statement"),)
    if not isinstance(found, list | tuple):
        reader.problem("/Statement", f"Statement is an object or a list of objects, not {_kind(found)}")
        return ()
    if not found:
        reader.problem("/Statement", "the policy has no statement in it", "a policy holds at least one statement")
    statements = []
    for index, item in enumerate(found):
        pointer = f"/Statement/{index}"
        if isinstance(item, Mapping):
            statements.append(_statement(reader, item, pointer))
        else:
            reader.problem(pointer, f"a statement is an object, not {_kind(item)}")
    return tuple(statements)


def _statement(reader: _Reader, value: Mapping[str, Any], pointer: str) -> Statement:
    _names(reader, value, pointer, STATEMENT)
    _pairs(reader, value, pointer)
    return Statement(
        effect=_effect(reader, value, pointer),
        sid=_string(reader, value["Sid"], f"{pointer}/Sid") if "Sid" in value else "",
        principal=_principal(reader, value, pointer, "Principal"),
        not_principal=_principal(reader, value, pointer, "NotPrincipal"),
        action=_actions(reader, value, pointer, "Action"),
        not_action=_actions(reader, value, pointer, "NotAction"),
        resource=_element(reader, value, pointer, "Resource"),
        not_resource=_element(reader, value, pointer, "NotResource"),
        condition=_condition(reader, value["Condition"], f"{pointer}/Condition") if "Condition" in value else {},
        position=reader.position(pointer),
    )


def _names(reader: _Reader, value: Mapping[str, Any], pointer: str, known: Strings) -> None:
    if value.keys() <= KNOWN[known]:
        return
    for key in value:
        if key not in known:
            what = "statement" if known is STATEMENT else "policy"
            place = f"{pointer}/{escape(str(key))}"
            reader.problem(place, f'a {what} has no element "{key}"', suggest(str(key), known))


def _pairs(reader: _Reader, value: Mapping[str, Any], pointer: str) -> None:
    for name in ("Action", "Resource", "Principal"):
        if name in value and f"Not{name}" in value:
            reader.problem(pointer, f"a statement has {name} or Not{name}, not both", "split it in two statements")
    if "Action" not in value and "NotAction" not in value:
        reader.problem(pointer, "the statement has no Action", 'add "Action" or "NotAction"')
    if RESOURCE_OR_PRINCIPAL.isdisjoint(value):
        fix = 'add "Resource", in a trust policy "Principal"'
        reader.problem(pointer, "the statement has neither Resource nor Principal", fix)


def _effect(reader: _Reader, value: Mapping[str, Any], pointer: str) -> str:
    effect = value.get("Effect")
    if effect is None:
        reader.problem(pointer, "the statement has no Effect", 'add "Effect": "Allow" or "Deny"')
    elif effect not in ("Allow", "Deny"):
        near = suggest(effect, ("Allow", "Deny")) if isinstance(effect, str) else ""
        reader.problem(f"{pointer}/Effect", f"no such effect: {_show(effect)}", near or "write Allow or Deny")
    return effect if effect in ("Allow", "Deny") else "Deny"


def _string(reader: _Reader, value: Any, pointer: str) -> str:
    if type(value) is str:
        return value
    reader.problem(pointer, f"this is a string, not {_kind(value)}")
    return ""


def _strings(reader: _Reader, value: Any, pointer: str) -> Strings:
    """A scalar or a list of strings as a tuple."""
    if type(value) is str:
        return (value,)
    if not isinstance(value, list | tuple):
        reader.problem(pointer, f"this is a string or a list of strings, not {_kind(value)}")
        return ()
    for item in value:
        if type(item) is not str:
            break
    else:
        return tuple(value)
    for index, item in enumerate(value):
        _string(reader, item, f"{pointer}/{index}")
    return ()


def _element(reader: _Reader, value: Mapping[str, Any], pointer: str, name: str) -> Strings | None:
    if name not in value:
        return None
    found = _strings(reader, value[name], f"{pointer}/{name}")
    if name.startswith("Not") and value[name] in ("", [], (), [""]):
        what = f"{name} leaves out nothing, so the statement would mean everything"
        reader.problem(f"{pointer}/{name}", what, f'list what it leaves out, or write "{name[3:]}": "*"')
    return found


def _actions(reader: _Reader, value: Mapping[str, Any], pointer: str, name: str) -> Strings | None:
    found = _element(reader, value, pointer, name)
    for action in found or ():
        if ":" not in action and action != "*":
            reader.problem(f"{pointer}/{name}", f"not an action: {action!r}", "write service:Action, or * for all")
    return found


def _principal(reader: _Reader, value: Mapping[str, Any], pointer: str, name: str) -> Principals | None:
    if name not in value:
        return None
    found, pointer = value[name], f"{pointer}/{name}"
    if found == "*":
        return {"*": ("*",)}
    if not isinstance(found, Mapping):
        reader.problem(pointer, f'{name} is "*" or an object, not {_show(found)}', 'write {"AWS": …} or {"Service": …}')
        return None
    for kind in found:
        if kind not in PRINCIPALS:
            place = f"{pointer}/{escape(str(kind))}"
            reader.problem(place, f'no such type of principal: "{kind}"', suggest(str(kind), PRINCIPALS))
    return {kind: _strings(reader, item, f"{pointer}/{kind}") for kind, item in found.items()}


def _condition(reader: _Reader, value: Any, pointer: str) -> Condition:
    if not isinstance(value, Mapping):
        reader.problem(pointer, f"Condition is an object, not {_kind(value)}")
        return {}
    found: dict[str, Mapping[str, Strings]] = {}
    for name, tests in value.items():
        if not isinstance(name, str) or operator(name) is None:
            fix = suggest(str(name), OPERATORS.values())
            reader.problem(f"{pointer}/{escape(str(name))}", f'no such condition operator: "{name}"', fix)
        elif not isinstance(tests, Mapping):
            reader.problem(f"{pointer}/{name}", f"{name} holds an object of keys, not {_kind(tests)}")
        else:
            found[name] = _tests(reader, tests, f"{pointer}/{name}")
    _repeated(reader, found, pointer)
    return found


def _tests(reader: _Reader, tests: Mapping[str, Any], pointer: str) -> Mapping[str, Strings]:
    _repeated(reader, tests, pointer)
    return {str(key): _values(reader, value, f"{pointer}/{escape(str(key))}") for key, value in tests.items()}


def _repeated(reader: _Reader, names: Mapping[str, Any], pointer: str) -> None:
    """Names of operators and keys are read without case, so two spellings are one name twice."""
    if len(names) > 1 and len({str(name).lower() for name in names}) != len(names):
        reader.problem(pointer, f"one name in two spellings: {', '.join(names)}", "merge the two or drop one")


def _values(reader: _Reader, value: Any, pointer: str) -> Strings:
    """Condition values as text: JSON booleans and numbers are allowed there."""
    if type(value) is str:
        return (value,)
    items = value if isinstance(value, list | tuple) else (value,)
    texts = []
    for item in items:
        text = _text(item)
        if text is None:
            reader.problem(pointer, f"a condition value is a string, number or boolean, not {_kind(item)}")
        else:
            texts.append(text)
    return tuple(texts)


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, int | float) else None


def _kind(value: Any) -> str:
    """What a value is, in a person's words."""
    if isinstance(value, Unknown):
        return f"something that could not be read ({value.reason})"
    if isinstance(value, Number):
        return "a number"
    names: Mapping[type, str] = {
        str: "a string", bool: "a boolean", int: "a number", float: "a number", type(None): "null",
        list: "a list", tuple: "a list", dict: "an object",
    }  # fmt: skip
    return names.get(cast(type, type(value)), type(value).__name__)


def _show(value: Any) -> str:
    return repr(str(value)) if isinstance(value, str) else _kind(value)
