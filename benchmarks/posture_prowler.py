"""Prowler and Bastide on the same seeded account of the same moto server: time, memory, calls, what is written.

One idea: both are started as a user starts them, against a server of its own process that logs every request, so that
neither counts itself. ``BASTIDE_PROWLER_PYTHON`` names the interpreter of an environment that has prowler; without it
only Bastide is measured, and that is said. ``BASTIDE_BENCH_IMAGES=false`` leaves out the 1,301 snapshots that moto
invents, each of which costs prowler a call.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.measure import Figure
from benchmarks.posture_seed import REGION, seed

NAME = "posture against prowler"
CALL = "from bastide.show.cli import main; main()"
REQUEST = re.compile(rb'"(?:\x1b\[[0-9;]*m)*(?:GET|HEAD|POST|PUT|DELETE|PATCH) ')
STARTS_WITHIN = 60  # seconds


@dataclass(frozen=True)
class Cost:
    """What one run cost: seconds, MB (10⁶ bytes), requests that the server saw."""

    wall: float
    cpu: float
    memory: float
    calls: int
    written: float
    code: int


class Server:
    """A moto server in a process of its own; its log is what calls are counted in."""

    def __init__(self, url: str, log: Path) -> None:
        """A server at ``url`` that writes ``log``."""
        self.url, self.log = url, log

    @property
    def calls(self) -> int:
        """Requests so far."""
        return len(REQUEST.findall(self.log.read_bytes()))

    @property
    def environment(self) -> dict[str, str]:
        """What makes boto3 of any program ask this server and nobody else."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "BASTIDE_"))}
        keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": REGION}
        return {**kept, **keys, "AWS_ENDPOINT_URL": self.url, "AWS_EC2_METADATA_DISABLED": "true", "NO_COLOR": "1"}

    def client(self, service: str) -> Any:
        """A client of the server."""
        import boto3

        return boto3.client(service, region_name=REGION, endpoint_url=self.url,
                            aws_access_key_id="testing", aws_secret_access_key="testing")  # fmt: skip


@contextmanager
def moto_server(folder: Path) -> Iterator[Server]:
    """A fresh server while the block runs.

    Raises:
        RuntimeError: it does not start.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(f"http://127.0.0.1:{port}", folder / "server.log")
    images = os.environ.get("BASTIDE_BENCH_IMAGES", "true")
    environment = {**os.environ, "MOTO_EC2_LOAD_DEFAULT_AMIS": images, "NO_COLOR": "1"}
    with server.log.open("wb") as log:
        line = [sys.executable, "-m", "moto.server", "-p", str(port)]
        process = subprocess.Popen(line, stdout=log, stderr=log, env=environment)
        try:
            _await(server.url)
            yield server
        finally:
            process.terminate()
            process.wait()


def _await(url: str) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        try:
            with urlopen(f"{url}/moto-api/data.json", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"moto does not answer at {url}")


def measured(line: Sequence[str], server: Server, folder: Path, more: Mapping[str, str] | None = None) -> Cost:
    """What a command costs; its output goes to files in ``folder``, where it runs."""
    folder.mkdir()
    before, begin = server.calls, time.perf_counter()
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as error:
        process = subprocess.Popen(
            line, cwd=folder, stdout=out, stderr=error, env={**server.environment, **(more or {})}
        )
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begin
    written = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    memory = used.ru_maxrss * 1024 / 1e6
    return Cost(wall, used.ru_utime + used.ru_stime, memory, server.calls - before, written, process.returncode)


def against_prowler() -> Iterator[Figure]:
    """Both on S3, EC2 and IAM of the seeded account, Bastide first; then how they compare."""
    with tempfile.TemporaryDirectory(prefix="bastide-posture-") as name, moto_server(Path(name)) as server:
        for left in seed(server.client):
            print(f"not seeded: {left}", file=sys.stderr)
        yield Figure(NAME, "calls to seed the account", server.calls, "calls")
        ours = _bastide(server, Path(name))
        yield from _figures("bastide", ours)
        python = os.environ.get("BASTIDE_PROWLER_PYTHON", "")
        if not python:
            print("prowler is not measured: BASTIDE_PROWLER_PYTHON names no interpreter", file=sys.stderr)
            return
        theirs = _prowler(python, server, Path(name))
        yield from _figures("prowler", theirs)
        yield Figure(NAME, "times faster", theirs.wall / ours.wall, "×", "≥ 5")
        yield Figure(NAME, "times fewer calls", theirs.calls / ours.calls, "×", "≥ 2.3")
        yield Figure(NAME, "times less memory", theirs.memory / ours.memory, "×", "≥ 4")
        yield Figure(NAME, "times less CPU", theirs.cpu / ours.cpu, "×")


def _bastide(server: Server, folder: Path) -> Cost:
    line = [sys.executable, "-c", CALL, "assess", "--target", "aws", "--regions", REGION,
            "--service", "s3,ec2,iam", "--all", "-o", "json=findings.json", "-o", "csv=findings.csv"]  # fmt: skip
    done = measured(line, server, folder / "bastide")
    if done.code not in (0, 3):
        raise RuntimeError((folder / "bastide" / "stderr").read_text())
    return done


def _prowler(python: str, server: Server, folder: Path) -> Cost:
    line = [str(Path(python).with_name("prowler")), "aws", "-s", "s3", "ec2", "iam", "-f", REGION,
            "--no-banner", "--output-directory", "out"]  # fmt: skip
    done = measured(line, server, folder / "prowler")
    if done.code not in (0, 3):
        raise RuntimeError((folder / "prowler" / "stderr").read_text()[-2000:])
    return done


def _figures(who: str, cost: Cost) -> Iterator[Figure]:
    yield Figure(NAME, f"{who}: wall", cost.wall, "s")
    yield Figure(NAME, f"{who}: CPU", cost.cpu, "s")
    yield Figure(NAME, f"{who}: peak memory", cost.memory, "MB")
    yield Figure(NAME, f"{who}: API calls", cost.calls, "calls")
    yield Figure(NAME, f"{who}: written", cost.written, "MB")
