"""The background sandbox: start, stop, status, reset, and the variables that point the AWS CLI at a member account.

One idea: whoever holds the lock on `sandbox.lock` owns the directory; `sandbox.json` tells the others where it listens.
A file left by a killed process is recognized by the free lock. This module does not import moto.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bastide.errors import InputError, TargetError
from bastide.sandbox.faults import Rules, read_rules, render_rules

DEFAULT_PORT = 4577
START_SECONDS = 600.0  # a long journal takes its time to replay
STOP_SECONDS = 10.0
FAULTS = "faults.json"
STEER_SECONDS = 600.0  # months of digests take their time


@dataclass(frozen=True)
class Endpoint:
    """Where a running sandbox listens."""

    url: str
    pid: int
    port: int


@dataclass(frozen=True)
class Status:
    """`endpoint` is None when nothing runs; `requests` are those in the journal, `journal_bytes` its size."""

    endpoint: Endpoint | None
    requests: int
    journal_bytes: int


def start(directory: Path, port: int = DEFAULT_PORT, *, bare: bool = False) -> Endpoint:
    """The endpoint of a sandbox started in the background; one that runs already is left alone.

    A taken port is replaced by a free one. A `bare` one enforces no policies. Raises TargetError when it does not come
    up, or when bare is asked for and one that enforces runs.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with _starting(directory):
        running = _answering(directory)
        if running is not None and bare and (_ping(running) or {}).get("enforced") is not False:
            raise TargetError("a sandbox that enforces policies runs here", running.url, "bastide sandbox stop, first")
        return running or _spawn(directory, port, bare)


ensure = start


def _answering(directory: Path) -> Endpoint | None:
    """The running sandbox once it answers, or None once nobody holds the lock (a killed one may hold it an instant)."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if not _is_locked(directory):
            return None
        endpoint = read_endpoint(directory)
        if endpoint is not None and _ping(endpoint) is not None:
            return endpoint
        time.sleep(0.02)
    raise TargetError("a sandbox runs here and does not answer", str(directory), "bastide sandbox stop")


def _spawn(directory: Path, port: int, bare: bool) -> Endpoint:
    log = directory / "sandbox.log"
    command = [sys.executable, "-m", "bastide.sandbox.server", "--dir", str(directory.resolve())]
    command += ["--port", str(port if _is_free(port) else 0), *(["--bare"] if bare else [])]
    with log.open("ab") as output:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        endpoint = read_endpoint(directory)
        if endpoint is not None and _ping(endpoint) is not None:
            return endpoint
        if child.poll() is not None:
            raise TargetError(f"the sandbox stopped while starting: {_last_line(log)}", str(log), "read the log")
        time.sleep(0.03)
    child.kill()
    raise TargetError(f"the sandbox did not answer within {START_SECONDS:.0f} seconds", str(log), "read the log")


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "no output"


def _is_free(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def stop(directory: Path) -> bool:
    """Stop the background sandbox; False when none ran. Its state stays in the journal."""
    endpoint = read_endpoint(directory)
    if endpoint is None:
        return False
    _kill(endpoint.pid, signal.SIGTERM)
    if not _wait_free(directory, STOP_SECONDS):
        _kill(endpoint.pid, signal.SIGKILL)
        _wait_free(directory, STOP_SECONDS)
    return True


def _kill(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _wait_free(directory: Path, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if read_endpoint(directory) is None:
            return True
        time.sleep(0.02)
    return False


def status(directory: Path) -> Status:
    """What runs, and how much the journal holds."""
    journal = directory / "journal.jsonl"
    size = journal.stat().st_size if journal.exists() else 0
    lines = sum(1 for _ in journal.open("rb")) - 1 if size else 0
    return Status(read_endpoint(directory), max(lines, 0), size)


def reset(directory: Path) -> None:
    """An empty management account again, whether the sandbox runs or not. Raises TargetError when it refuses."""
    endpoint = read_endpoint(directory)
    if endpoint is None:
        with _starting(directory):
            for name in ("journal.jsonl", "journal.records.jsonl"):
                (directory / name).unlink(missing_ok=True)
            shutil.rmtree(directory / "journal.bodies", ignore_errors=True)
        return
    steer(endpoint, "reset")


def steer(endpoint: Endpoint, what: str, wish: dict[str, object] | None = None) -> dict[str, Any]:
    """The sandbox's answer (`time`, …) after `reset`, `clock` with a wish, or `deliver`.

    Raises InputError when it does not take the wish, TargetError when it does not answer.
    """
    body = json.dumps(wish or {}).encode()
    request = urllib.request.Request(f"{endpoint.url}/_sandbox/{what}", data=body, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=STEER_SECONDS) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as refused:
        text = json.load(refused).get("error", str(refused))
        raise InputError(str(text).removeprefix("error: ")) from refused
    except (OSError, urllib.error.URLError) as refused:
        text = f"the sandbox did not {what}: {refused}"
        raise TargetError(text, endpoint.url, "bastide sandbox stop") from refused


def read_clock(endpoint: Endpoint) -> dict[str, Any]:
    """`time` of the sandbox (ISO 8601) and `ahead_seconds` of the machine's. Raises TargetError."""
    return read_state(endpoint)


def is_disturbed(endpoint: Endpoint) -> bool:
    """Whether faults are in force there."""
    return bool((_ping(endpoint) or {}).get("faults"))


def read_state(endpoint: Endpoint) -> dict[str, Any]:
    """What a running sandbox tells of itself: `time`, `requests`, `faults`, `struck`, … Raises TargetError."""
    found = _ping(endpoint)
    if found is None:
        raise TargetError("the sandbox does not answer", endpoint.url, "bastide sandbox stop")
    return found


def put_faults(directory: Path, rules: Rules) -> bool:
    """Put faults into force, now and after a restart; whether a sandbox is running. Raises TargetError."""
    file = directory / FAULTS
    directory.mkdir(parents=True, exist_ok=True)
    if rules.rules:
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps(render_rules(rules), indent=1) + "\n")
        draft.replace(file)
    else:
        file.unlink(missing_ok=True)
    endpoint = read_endpoint(directory)
    if endpoint is not None:
        steer(endpoint, "faults", render_rules(rules))
    return endpoint is not None


def read_faults(directory: Path) -> Rules:
    """The faults in force; none when there is no file. Raises InputError when it is broken."""
    file = directory / FAULTS
    return read_rules(file) if file.exists() else Rules()


def read_endpoint(directory: Path) -> Endpoint | None:
    """Where the directory's sandbox listens, or None when nobody holds its lock."""
    if not _is_locked(directory):
        return None
    try:
        return Endpoint(**json.loads((directory / "sandbox.json").read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None  # it holds the lock and has not announced itself yet


def _ping(endpoint: Endpoint) -> dict[str, Any] | None:
    try:
        with urllib.request.urlopen(f"{endpoint.url}/_sandbox", timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except (OSError, urllib.error.URLError, ValueError):
        return None


# ── locks ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _is_locked(directory: Path) -> bool:
    path = directory / "sandbox.lock"
    if not path.exists():
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextmanager
def _starting(directory: Path) -> Iterator[None]:
    """Two commands that start the sandbox at once take turns."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "starting.lock").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def ownership(directory: Path) -> Iterator[Callable[[int], None]]:
    """Hold the directory; gives the function that announces the port. Raises InputError when another process has it."""
    directory.mkdir(parents=True, exist_ok=True)
    announced = directory / "sandbox.json"
    with (directory / "sandbox.lock").open("wb") as file:
        _lock(file.fileno(), directory)
        announced.unlink(missing_ok=True)

        def announce(port: int) -> None:
            endpoint = Endpoint(f"http://127.0.0.1:{port}", os.getpid(), port)
            draft = announced.with_suffix(".new")
            draft.write_text(json.dumps(asdict(endpoint)))
            draft.replace(announced)

        try:
            yield announce
        finally:
            announced.unlink(missing_ok=True)


def _lock(descriptor: int, directory: Path) -> None:
    # A reader that looks whether the lock is held takes it for an instant, hence a few tries.
    for _ in range(50):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            time.sleep(0.01)
    raise InputError("another process uses this sandbox", str(directory), "bastide sandbox stop, or another directory")


# ── pointing other tools at it ──────────────────────────────────────────────────────────────────────────────────────


def environment(
    endpoint: Endpoint, account: str | None = None, region: str = "us-east-1", role: str = ""
) -> dict[str, str]:
    """Variables for the AWS CLI or any SDK: the management account's administrator, or a member's access role.

    ``role``: name of another role of the member; one with AdministratorAccess is made where there is none.

    Raises TargetError when the account has no OrganizationAccountAccessRole, or the role cannot be taken.
    """
    from bastide.sandbox.credentials import BOOTSTRAP_CREDENTIALS, MANAGEMENT_ACCOUNT, MEMBER_ROLE

    keys = dict(BOOTSTRAP_CREDENTIALS)
    if account is not None and account != MANAGEMENT_ACCOUNT:
        keys = _assumed(endpoint, account, region, MEMBER_ROLE, keys)
        if role and role != MEMBER_ROLE:
            _make_administrator(endpoint, account, region, role, keys)
            keys = _assumed(endpoint, account, region, role, keys)
    return {
        "AWS_ENDPOINT_URL": endpoint.url,
        "AWS_ACCESS_KEY_ID": keys["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": keys["aws_secret_access_key"],
        "AWS_SESSION_TOKEN": keys["aws_session_token"],
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        # SDKs put `<account>.` before S3 Control's host; before a user name it does no harm, before 127.0.0.1 it would
        # be a name that no resolver knows. Other services' prefixes can be switched off.
        "AWS_ENDPOINT_URL_S3_CONTROL": f"http://account@127.0.0.1:{endpoint.port}",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
    }


def _assumed(endpoint: Endpoint, account: str, region: str, role: str, keys: dict[str, str]) -> dict[str, str]:
    import boto3
    from botocore.exceptions import ClientError

    sts = boto3.client("sts", endpoint_url=endpoint.url, region_name=region, **keys)
    try:
        made = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/{role}", RoleSessionName="sandbox")
    except ClientError as refused:
        raise TargetError(
            f"cannot assume {role}", f"account {account}", "is it a member account of the sandbox?"
        ) from refused
    found = made["Credentials"]
    return {
        "aws_access_key_id": found["AccessKeyId"],
        "aws_secret_access_key": found["SecretAccessKey"],
        "aws_session_token": found["SessionToken"],
    }


def _make_administrator(endpoint: Endpoint, account: str, region: str, role: str, keys: dict[str, str]) -> None:
    """A role that the account itself may take, with AdministratorAccess, unless there is one of the name."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    if not re.fullmatch(r"[\w+=,.@-]{1,64}", role, re.ASCII):  # moto: takes any name
        raise TargetError(f"there can be no role {role}", f"account {account}", "a name of letters, digits and +=,.@_-")
    iam = boto3.client("iam", endpoint_url=endpoint.url, region_name=region, **keys)
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    try:
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=document)
        iam.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    except (ClientError, BotoCoreError) as refused:
        code = refused.response["Error"]["Code"] if isinstance(refused, ClientError) else ""
        if code != "EntityAlreadyExists":
            raise TargetError(f"there can be no role {role}: {refused}", f"account {account}") from refused
