"""Markdown of pages that are generated: titles, tables, code. It knows nothing of what they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOTE = "<!-- Written by `make docs` from the code. Do not edit. -->"


def page(title: str, intro: str, *blocks: str) -> str:
    """One page: title, note, introduction and blocks, with an empty line between them."""
    return "\n\n".join([f"# {title}", NOTE, intro, *(block for block in blocks if block)]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; cells stay on one line."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join([*lines, *("| " + " | ".join(map(cell, row)) + " |" for row in rows)])


def cell(value: object) -> str:
    """Text that ends no cell and no line."""
    return " ".join(str(value).split()).replace("|", "\\|").replace("<", "&lt;")


def code(words: Iterable[str]) -> str:
    """Words as code, comma-separated."""
    return ", ".join(f"`{word}`" for word in words)
