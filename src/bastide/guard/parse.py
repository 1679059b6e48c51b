"""A policy's text as its parts.

The one idea: what follows a query says what it is: ``{`` a block, an operator a clause, ``(`` a call, the end of the
line a rule. Source: cloudformation-guard, guard/src/rules/parser.rs (the grammar in its comments).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bastide.errors import InputError
from bastide.guard.query import CALL, literal, operand, query
from bastide.guard.syntax import (
    Alternative,
    Block,
    BlockClause,
    Clause,
    Conjunctions,
    Operand,
    Policy,
    Query,
    Rule,
    RuleReference,
    TypeBlock,
    WhenBlock,
)
from bastide.guard.text import INLINE, MOST_NESTED, NAME, Reader

UNARY = {"exists", "empty", "is_string", "is_list", "is_struct", "is_bool", "is_int", "is_float", "is_null"}
SIGNS = ("==", "!=", ">=", "<=", ">", "<")
TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:::[A-Za-z][A-Za-z0-9_]*){1,2}(?:::MODULE)?(?=[\s#])")
NEGATION = re.compile(r"(?:not|NOT)[ \t]+|!(?!=)")
OR = re.compile(r"(?:or|OR|\|OR\|)(?=\s|#)")
AFTER_RULE = re.compile(r"[ \t]*(?:\r?\n|#|\{|\}|<<|\Z)|\s*(?:or|OR|\|OR\|)\s")
DEFAULT = "default"  # the rule of clauses that stand in none
MOST_BYTES = 1_000_000


def parse_policy(text: str, name: str = "policy") -> Policy:
    """The policy that a text says; ``name`` stands in errors, with the line.

    Raises:
        InputError: it is no Guard policy, or something in it is not translated; which and where is said.
    """
    if len(text) > MOST_BYTES:
        raise InputError(f"a policy of more than {MOST_BYTES:,} characters is not read", name)
    reader = Reader(text, name)
    rules: list[Rule] = []
    variables: list[tuple[str, Operand]] = []
    loose: list[tuple[Alternative, ...]] = []
    reader.space()
    first = reader.line
    while not reader.ended:
        if reader.word("let"):
            variables.append(_assignment(reader))
        elif reader.word("rule"):
            rules.append(_rule(reader))
        else:
            loose.append(_alternatives(reader, _rule_alternative))
        reader.space()
    if loose:
        rules.insert(0, Rule(DEFAULT, (), Block((), tuple(loose)), first))
    if not rules:
        raise InputError("there is no rule in this policy", name)
    judged = tuple(one for one in rules if not one.parameters)
    return Policy(judged, tuple(variables), tuple(one for one in rules if one.parameters))


def _assignment(reader: Reader) -> tuple[str, Operand]:
    """``name = value``, after ``let``."""
    reader.space()
    found = reader.match(NAME)
    if not found:
        raise reader.refuse(f"here should be the name of a variable, not {reader.shown()}")
    reader.space()
    if not reader.take(":=") and not reader.take("="):
        raise reader.refuse(f"here should be '=', not {reader.shown()}")
    return found.group(), operand(reader, filter_clauses)


def _rule(reader: Reader) -> Rule:
    line = reader.line
    reader.space()
    found = reader.match(NAME)
    if not found:
        raise reader.refuse(f"here should be the name of a rule, not {reader.shown()}")
    parameters: list[str] = []
    if reader.take("("):
        while not reader.take(")"):
            reader.space()
            name = reader.match(NAME)
            if not name:
                raise reader.refuse(f"here should be the name of a parameter, not {reader.shown()}")
            parameters.append(name.group())
            reader.space()
            reader.take(",")
    conditions = _when(reader)
    return Rule(found.group(), conditions, _block(reader, _rule_alternative), line, tuple(parameters))


def _when(reader: Reader) -> Conjunctions:
    """The conditions after ``when``; none when it is not there."""
    reader.space()
    if not reader.word("when", "WHEN"):
        return ()
    found = _conjunctions(reader, "{", _condition)
    if not found:
        raise reader.refuse("there is no condition after when")
    return found


def _conjunctions(reader: Reader, end: str, one: Callable[[Reader], Alternative]) -> Conjunctions:
    found: list[tuple[Alternative, ...]] = []
    reader.space()
    while not reader.sees(end):
        if reader.ended:
            raise reader.refuse(f"here should be {end!r}, not the end")
        found.append(_alternatives(reader, one))
        reader.space()
    return tuple(found)


def _alternatives(reader: Reader, one: Callable[[Reader], Alternative]) -> tuple[Alternative, ...]:
    """What ``or`` joins."""
    found = []
    while True:
        reader.space()
        found.append(one(reader))
        here = reader.at
        reader.space()
        if not reader.match(OR):
            reader.at = here
            return tuple(found)


def _block(reader: Reader, one: Callable[[Reader], Alternative]) -> Block:
    reader.expect("{")
    reader.depth += 1
    if reader.depth > MOST_NESTED:
        raise reader.refuse(f"blocks nested more than {MOST_NESTED} deep are not translated")
    variables: list[tuple[str, Operand]] = []
    clauses: list[tuple[Alternative, ...]] = []
    reader.space()
    while not reader.take("}"):
        if reader.ended:
            raise reader.refuse("here should be '}', not the end")
        if _sees_let(reader):
            reader.word("let")
            variables.append(_assignment(reader))
        else:
            clauses.append(_alternatives(reader, one))
        reader.space()
    if not variables and not clauses:
        raise reader.refuse("an empty block says nothing")
    reader.depth -= 1
    return Block(tuple(variables), tuple(clauses))


def _sees_let(reader: Reader) -> bool:
    return re.compile(r"let[\s#]").match(reader.text, reader.at) is not None


def filter_clauses(reader: Reader) -> Conjunctions:
    """The clauses of a filter, up to its bracket."""
    reader.depth += 1
    if reader.depth > MOST_NESTED:
        raise reader.refuse(f"filters nested more than {MOST_NESTED} deep are not translated")
    found = _conjunctions(reader, "]", _alternative)
    reader.depth -= 1
    if not found:
        raise reader.refuse("an empty filter says nothing")
    return found


def _rule_alternative(reader: Reader) -> Alternative:
    """As in the body of a rule: also blocks of a type."""
    line = reader.line
    found = reader.match(TYPE)
    if not found:
        return _alternative(reader)
    name = found.group().removesuffix("::MODULE")
    conditions = _when(reader)
    reader.space()
    if conditions or reader.sees("{"):
        return TypeBlock(name, conditions, _block(reader, _alternative), line)
    return TypeBlock(name, (), Block((), ((_alternative(reader),),)), line)


def _alternative(reader: Reader) -> Alternative:
    """A when block, a block, a call, a clause or a rule's name."""
    line, here = reader.line, reader.at
    if reader.word("when", "WHEN"):
        reader.at = here
        return WhenBlock(_when(reader), _block(reader, _alternative), line)
    return _clause(reader, blocks=True)


def _condition(reader: Reader) -> Alternative:
    return _clause(reader, blocks=False)


def _clause(reader: Reader, *, blocks: bool) -> Alternative:
    line = reader.line
    inverse = reader.match(NEGATION) is not None
    here = reader.at
    called = reader.match(CALL)
    if called:
        return _call(reader, called.group(1), inverse, line)
    name = reader.match(NAME)
    if name and AFTER_RULE.match(reader.text, reader.at) and not _is_block(reader, blocks):
        end = reader.at
        reader.space()
        if _operator(reader) is None:  # an operator may stand in the next line
            reader.at = end
            return RuleReference(name.group(), inverse, line, _message(reader))
    reader.at = here
    asked = query(reader, filter_clauses)
    reader.space()
    if blocks and not inverse:
        found = _block_clause(reader, asked, line)
        if found:
            return found
    operator = _operator(reader)
    if operator is None:
        raise reader.refuse(f"here should be an operator, not {reader.shown()}")
    return _compared(reader, asked, *operator, inverse, line)


def _is_block(reader: Reader, blocks: bool) -> bool:
    """Whether a name is followed by a block of its own: a query, then. Conditions have none."""
    here = reader.at
    reader.match(INLINE)
    found = reader.sees("{")
    reader.at = here
    return blocks and found


def _block_clause(reader: Reader, asked: Query, line: int) -> BlockClause | None:
    here = reader.at
    not_empty = reader.match(NEGATION) is not None and bool(reader.word("empty", "EMPTY"))
    reader.space()
    if reader.sees("{"):
        return BlockClause(asked, _block(reader, _alternative), not_empty, line)
    reader.at = here
    return None


def _operator(reader: Reader) -> tuple[str, bool] | None:
    """The operator that stands here and whether it is negated, passed; None when there is none."""
    here = reader.at
    if reader.sees("<<"):
        return None
    for sign in SIGNS:
        if reader.take(sign):
            return ("==", True) if sign == "!=" else (sign, False)
    negated = reader.match(NEGATION) is not None
    found = reader.match(NAME)
    word = found.group() if found else ""
    if word in {*UNARY, "in"} or (word.isupper() and word.lower() in {*UNARY, "in"}):
        return word.lower(), negated
    reader.at = here
    return None


def _compared(reader: Reader, asked: Query, operator: str, negated: bool, inverse: bool, line: int) -> Clause:
    if operator in UNARY:
        return Clause(asked, operator, negated, None, inverse, line, _message(reader))
    if inverse:
        # Guard parses `not x == y` and then compares as if there was no `not`.
        raise reader.refuse("not before a comparison is not translated", "write != or not in")
    against = operand(reader, filter_clauses)
    return Clause(asked, operator, negated, against, inverse, line, _message(reader))


def _call(reader: Reader, name: str, negated: bool, line: int) -> RuleReference:
    """A call of a rule with parameters, after its opening parenthesis."""
    arguments: list[Operand] = []
    reader.space()
    while not reader.take(")"):
        found = literal(reader) or query(reader, filter_clauses)
        arguments.append(found)
        reader.space()
        if not reader.take(",") and not reader.sees(")"):
            raise reader.refuse(f"here should be ',' or ')', not {reader.shown()}")
        reader.space()
    return RuleReference(name, negated, line, _message(reader), tuple(arguments))


def _message(reader: Reader) -> str:
    """The text between ``<<`` and ``>>``, white space made one; empty when there is none."""
    here = reader.at
    reader.space()
    if not reader.take("<<"):
        reader.at = here
        return ""
    end = reader.text.find(">>", reader.at)
    if end < 0:
        raise reader.refuse("this message does not end", "close it with >>")
    text = " ".join(reader.text[reader.at : end].split())
    reader.at = end + 2
    return text
