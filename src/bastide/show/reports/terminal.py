"""Rich renderables as text for this terminal: coloured only where a person looks, and of its width."""

from __future__ import annotations

import io
import os
import shutil
import sys

from rich.console import Console, RenderableType

PLAIN_WIDTH = 140


def coloured() -> bool:
    """Whether stdout is a terminal that wants colours (NO_COLOR and CI are honoured)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and not os.environ.get("CI")


def text_of(*renderables: RenderableType) -> str:
    """The renderables as text, for stdout."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else PLAIN_WIDTH
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        width=max(width, 60),
        force_terminal=coloured(),
        no_color=not coloured(),
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
    )
    for renderable in renderables:
        console.print(renderable)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"
