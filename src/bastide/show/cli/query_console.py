"""The console of ``bastide query``: history, completion, Ctrl-C stops the query and not the console.

Statements end with `;`. Words that begin with a dot are the console's own: `.help` lists them.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bastide.errors import BastideError, InputError
from bastide.lake.query import Query, Session, read_queries
from bastide.lake.query.library import find_query
from bastide.show.cli.query_library import describe, write_list
from bastide.show.cli.query_output import FORMATS, write_answer
from bastide.show.workspace import now

if TYPE_CHECKING:
    from prompt_toolkit.completion import Completer, Completion
    from prompt_toolkit.document import Document

HELP = """\
SQL ends with ;            SHOW TABLES;  DESCRIBE cloudtrail;  EXPLAIN SELECT …;
.tables                    tables of the lake
.queries                   the library's queries
.show NAME                 a query of the library, with its parameters
.run NAME [param=value …]  run it
.since 7d | .since         only from this time on; everything
.output FORMAT             table, csv, json or jsonl
.limit N                   rows at most (0: no limit)
.quit                      leave (or Ctrl-D)"""
KEYWORDS = (
    "SELECT", "FROM", "WHERE", "GROUP", "BY", "HAVING", "ORDER", "LIMIT", "WITH", "AND", "NOT", "LIKE", "ILIKE",
    "BETWEEN", "NULL", "COUNT", "DISTINCT", "FILTER", "CASE", "WHEN", "THEN", "ELSE", "END", "JOIN", "LEFT", "UNION",
    "EXISTS", "INTERVAL", "json_text", "EXPLAIN", "DESCRIBE", "SHOW TABLES",
)  # fmt: skip
COMMANDS = (".tables", ".queries", ".show", ".run", ".since", ".output", ".limit", ".help", ".quit")


@dataclass(slots=True)
class Console:
    """What a console remembers between two statements."""

    session: Session
    limit: int
    seconds: float
    form: str = "table"

    def perform(self, text: str) -> bool:
        """Do what one statement or command says; whether to go on. Errors and Ctrl-C end it, not the console."""
        try:
            if text.startswith("."):
                return self._command(*_words(text))
            self.ask(Query("query", text), {})
        except BastideError as error:
            for problem in error.problems:
                typer.echo(f"error: {problem}", err=True)
        except KeyboardInterrupt:
            typer.echo("interrupted", err=True)
        return True

    def ask(self, query: Query, given: dict[str, str]) -> None:
        """Run a query and print its answer."""
        answer = self.session.ask(query, given, limit=self.limit, seconds=self.seconds)
        count = write_answer(answer, self.form, None)
        typer.echo(f"({count} rows{', and more: .limit 0 shows all' if answer.more else ''})", err=True)

    def _command(self, name: str, *words: str) -> bool:
        if name in (".quit", ".exit"):
            return False
        action = self._actions().get(name)
        if action is None:
            raise InputError(f"there is no command {name}", fix=".help lists them")
        action(words)
        return True

    def _actions(self) -> dict[str, Callable[[tuple[str, ...]], None]]:
        return {
            ".help": lambda _: typer.echo(HELP),
            ".tables": lambda _: self.ask(Query("query", "SHOW TABLES"), {}),
            ".queries": lambda _: write_list("table", ""),
            ".show": lambda words: typer.echo(describe(find_query(_one(words, "NAME")))),
            ".run": self._run,
            ".since": self._since,
            ".output": self._output,
            ".limit": self._limit,
        }

    def _run(self, words: tuple[str, ...]) -> None:
        if not words:
            raise InputError(".run needs a NAME", fix=".queries lists them")
        pairs = [word.partition("=") for word in words[1:]]
        self.ask(find_query(words[0]), {name: value for name, _, value in pairs})

    def _since(self, words: tuple[str, ...]) -> None:
        from bastide.lake.engine.moment import parse_moment

        since = parse_moment(words[0], now(), ".since") if words else None
        self.session.span = replace(self.session.span, since=since)

    def _output(self, words: tuple[str, ...]) -> None:
        form = _one(words, "FORMAT")
        if form not in FORMATS or form == "parquet":
            raise InputError(f"{form!r} is not a format of the console", fix="table, csv, json or jsonl")
        self.form = form

    def _limit(self, words: tuple[str, ...]) -> None:
        text = _one(words, "N")
        if not text.isdigit():
            raise InputError(f"{text!r} is no number of rows")
        self.limit = int(text)


def converse(session: Session, state: Path, limit: int, seconds: float) -> None:
    """Read and do statements until the end of the input; from a terminal with history and completion."""
    console = Console(session, limit, seconds)
    if not sys.stdin.isatty():
        _batch(console, sys.stdin.read())
        return
    typer.echo("bastide query: SQL ends with ; and .help helps", err=True)
    for text in statements(_typed(session, state)):
        if not console.perform(text):
            return


def _batch(console: Console, text: str) -> None:
    """Statements of a pipe: the first that fails ends it, so that a script knows."""
    for statement in statements(iter(text.splitlines())):
        if statement.startswith("."):
            if not console._command(*_words(statement)):
                return
        else:
            console.ask(Query("query", statement), {})


def statements(lines: Iterator[str]) -> Iterator[str]:
    """Statements of a stream of lines: each up to a `;` at the end of a line, or a line that begins with a dot."""
    kept: list[str] = []
    for line in lines:
        if not kept and (line.startswith(".") or not line.strip()):
            if line.strip():
                yield line.strip()
            continue
        kept.append(line)
        if line.rstrip().endswith(";"):
            yield "\n".join(kept)
            kept = []
    if any(line.strip() for line in kept):
        yield "\n".join(kept)


def _typed(session: Session, state: Path) -> Iterator[str]:
    """Lines as a person types them."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    history = state / "query_history"
    if state.is_dir():
        history.touch(mode=0o600)  # what was asked is nobody else's
    prompt: PromptSession[str] = PromptSession(
        history=FileHistory(str(history)) if state.is_dir() else InMemoryHistory(),
        completer=completer(session),
        complete_while_typing=False,
    )
    open_ = False
    while True:
        try:
            line = prompt.prompt("   … " if open_ else "lake> ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        open_ = not line.rstrip().endswith(";") and not line.startswith(".") and bool(line.strip() or open_)
        yield line


def completer(session: Session) -> Completer:
    """A completer over keywords, tables, columns, the library's names and the console's commands."""
    from prompt_toolkit.completion import Completer as Base
    from prompt_toolkit.completion import Completion as Found

    words = sorted(
        {*KEYWORDS, *session.columns, *(one.name for columns in session.columns.values() for one in columns)}
    )

    class Words(Base):
        def get_completions(self, document: Document, event: object) -> Iterable[Completion]:
            return (Found(word, -length) for word, length in candidates(document.text_before_cursor, words))

    return Words()


def candidates(before: str, words: list[str]) -> Iterator[tuple[str, int]]:
    """What may follow the text before the cursor: words, each with the length of what it takes the place of."""
    start = max((before.rfind(mark) for mark in " (,="), default=-1) + 1
    stem = before[start:]
    if before.startswith(".") and " " not in before:
        pool: Iterable[str] = COMMANDS
    elif before.startswith((".run ", ".show ")):
        pool = read_queries()
    else:
        stem = stem.rpartition(".")[2]
        pool = words
    return ((word, len(stem)) for word in pool if stem and word.lower().startswith(stem.lower()))


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as wrong:
        raise InputError(f"not understood: {wrong}", fix="close the quotation mark") from wrong


def _one(words: tuple[str, ...], what: str) -> str:
    if len(words) != 1:
        raise InputError(f"one {what} is needed", fix=".help shows how")
    return words[0]
