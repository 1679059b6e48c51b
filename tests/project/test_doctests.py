"""Examples in docstrings say what the code does."""

import doctest
import importlib
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src"


def modules() -> list[str]:
    """Dotted names of our modules whose text holds an example."""
    files = sorted(path for path in SRC.rglob("*.py") if ">>> " in path.read_text(encoding="utf-8"))
    return [".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__") for path in files]


@pytest.mark.parametrize("name", modules())
def test_examples_in_docstrings_hold(name: str) -> None:
    answer = doctest.testmod(importlib.import_module(name))
    assert answer.failed == 0
    assert answer.attempted > 0
