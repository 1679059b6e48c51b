"""The console as a person has it: a terminal, in which Tab completes and Ctrl-C stops a query and not the console."""

import os
import pty
import select
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ingest.logs import event, take, write

PLAIN = "import sys; from bastide.show.cli.main import run; sys.exit(run(sys.argv[1:]))"
WHERE_IS_THE_CURSOR, HERE = b"\x1b[6n", b"\x1b[1;1R"


class Terminal:
    """A console in a terminal of its own."""

    def __init__(self, folder: Path) -> None:
        """Begin it, and wait until it asks for a statement."""
        self.pid, self._file = pty.fork()
        if not self.pid:
            # A test that runs in the background inherits a Ctrl-C that is ignored.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.chdir(folder)
            os.environ["TERM"] = "xterm"
            os.execv(sys.executable, [sys.executable, "-c", PLAIN, "query"])
        self.expect("lake>")

    def expect(self, text: str, seconds: float = 60) -> str:
        """What is shown until a text appears; fails when it does not."""
        found = b""
        end = time.monotonic() + seconds
        while text.encode() not in found:
            assert time.monotonic() < end, f"{text!r} is not in {found.decode(errors='replace')!r}"
            if select.select([self._file], [], [], 0.2)[0]:
                found += (got := os.read(self._file, 65536))
                if WHERE_IS_THE_CURSOR in got:
                    os.write(self._file, HERE)
        return found.decode(errors="replace")

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._file, text.encode())

    def ended(self) -> int:
        """How it ended."""
        pid, self.pid = self.pid, 0
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def close(self) -> None:
        """Whatever became of it."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            self.ended()
        os.close(self._file)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    write(tmp_path / "logs", "a.json", [event(number) for number in range(20)])
    take(tmp_path / ".bastide" / "lake", tmp_path / "logs")
    opened = Terminal(tmp_path)
    yield opened
    opened.close()


def test_tab_completes_ctrl_c_stops_the_query_and_what_was_typed_is_kept(terminal: Terminal, tmp_path: Path) -> None:
    terminal.type("SELECT count(*) AS n FROM cloudtr\t")
    terminal.expect("ail")
    terminal.type(";\r")
    terminal.expect("(1 rows)")
    terminal.type("SELECT count(*) FROM range(100000) a, range(100000) b, range(100000) c;\r")
    time.sleep(1.5)
    terminal.type("\x03")
    terminal.expect("interrupted")
    terminal.type(".output json\r")
    terminal.type("SELECT eventID FROM cloudtrail LIMIT 1;\r")
    assert '{"eventID"' in terminal.expect("(1 rows)")
    terminal.type("COPY cloudtrail TO 'x.csv';\r")
    terminal.expect("a query cannot use COPY")
    terminal.type(".quit\r")
    assert terminal.ended() == 0
    history = tmp_path / ".bastide" / "query_history"
    assert history.stat().st_mode & 0o777 == 0o600
    assert "+SELECT count(*) AS n FROM cloudtrail;" in history.read_text()
    assert not (tmp_path / "x.csv").exists()
