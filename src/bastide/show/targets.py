"""Opening what is worked on: AWS by a profile, or the sandbox, whose server is started when it does not run."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from bastide.errors import InputError

if TYPE_CHECKING:
    from bastide.aws.session import Target
    from bastide.sandbox.process import Endpoint

SANDBOX_LABEL = "sandbox/111122223333"  # what the store calls the sandbox's organization


def open_target(name: str, profile: str, state: Path) -> Target:
    """AWS with the credentials of ``profile``, or the sandbox whose journal is below ``state``."""
    from bastide.aws.session import Target

    return Target.aws(profile) if name == "aws" else sandbox_target(open_sandbox(state))


def open_sandbox(state: Path) -> Endpoint:
    """The server of the sandbox whose journal is below ``state``, started now when it does not run.

    Raises:
        InputError: the extra that holds the emulator is not installed.
    """
    from bastide.sandbox import process

    if find_spec("moto") is None:
        raise InputError("the sandbox is not installed", fix="pip install 'bastide[sandbox]', or use --target aws")
    return process.ensure(state / "sandbox")


def sandbox_target(endpoint: Endpoint) -> Target:
    """The target of a sandbox's server."""
    from bastide.aws.session import Target
    from bastide.sandbox import process
    from bastide.sandbox.credentials import BOOTSTRAP_CREDENTIALS as KEYS

    secret, token = KEYS["aws_secret_access_key"], KEYS.get("aws_session_token", "")
    return Target.sandbox_http(
        endpoint.url, KEYS["aws_access_key_id"], secret, token, disturbed=lambda: process.is_disturbed(endpoint)
    )
