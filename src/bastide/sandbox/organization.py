"""An emulated AWS organization in this process.

One idea: boto3 sessions are attached to it and work as on AWS; with a journal its state survives the process.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.loaders import create_loader

from bastide.sandbox import transport
from bastide.sandbox.clock import Clock
from bastide.sandbox.credentials import BOOTSTRAP_CREDENTIALS, MANAGEMENT_ACCOUNT, MEMBER_ROLE
from bastide.sandbox.faults import Rules
from bastide.sandbox.faults.disturb import Faults
from bastide.sandbox.front import Front
from bastide.sandbox.journal import Journal
from bastide.sandbox.wire import HttpRequest, HttpResponse

_LOADER = create_loader()


class Sandbox:
    """An empty management account at first: no organization, no members.

    `front.authorize` and `front.record` are where the policy engine and the audit trail plug in.
    """

    management_account = MANAGEMENT_ACCOUNT

    def __init__(self, journal: Path | None = None, faults: Rules | None = None, *, enforce: bool = True) -> None:
        """Replay the journal file when there is one; `faults` befall what comes after.

        Policies are enforced as on AWS; without `enforce` (a bare sandbox) every known caller may do everything.
        Raises InputError when the journal is broken.
        """
        self._journal = Journal(journal) if journal is not None else None
        self.front = Front(self._journal, enforce=enforce)
        if faults is not None:
            self.faults.set(faults)

    @property
    def faults(self) -> Faults:
        """The faults on demand; `faults.set(rules)` puts others into force."""
        return self.front.faults

    @property
    def disturbed(self) -> bool:
        """Whether any fault is asked for: callers must then try again and wait, as on AWS."""
        return self.front.faults.active

    def attach(self, botocore_session: Any) -> None:
        """Answer all requests of this botocore session's clients; nothing goes to the network."""
        transport.attach(botocore_session, self.front.answer, lambda: self.disturbed, self.clock.note_presigned)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The response to a raw request (the HTTP server's way in)."""
        return self.front.answer(request)

    def session(self, account: str | None = None, region: str = "us-east-1", role: str = MEMBER_ROLE) -> boto3.Session:
        """A boto3 session: the management account's administrator, or `role` assumed in a member.

        Raises botocore's ClientError when the role cannot be assumed.
        """
        session = self._attached(region, BOOTSTRAP_CREDENTIALS)
        if account is None or account == MANAGEMENT_ACCOUNT:
            return session
        made = session.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/{role}", RoleSessionName="sandbox"
        )
        keys = made["Credentials"]
        found = (keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        return self._attached(region, dict(zip(BOOTSTRAP_CREDENTIALS, found, strict=True)))

    def session_with(self, credentials: dict[str, str], region: str = "us-east-1") -> boto3.Session:
        """A boto3 session that signs with these keys, under boto3's names (`aws_access_key_id`, …)."""
        return self._attached(region, credentials)

    def _attached(self, region: str, credentials: dict[str, str]) -> boto3.Session:
        inner = botocore.session.Session()
        # A loader of its own would cost every session 25 MB and its clients 200 ms.
        inner.register_component("data_loader", _LOADER)
        session = boto3.Session(botocore_session=inner, region_name=region, **credentials)
        _LOADER.search_paths[:] = dict.fromkeys(_LOADER.search_paths)  # boto3 adds its own each time
        self.attach(inner)
        return session

    def perform(
        self, service: str, operation: str, params: dict[str, Any], account: str, region: str = "us-east-1"
    ) -> dict[str, Any]:
        """An operation's answer as AWS itself performs it: not authorized, recorded or journaled.

        Raises AwsError when it is refused.
        """
        return self.front.perform(service, operation, params, account, region)

    @property
    def clock(self) -> Clock:
        """The sandbox's clock: `now()`, `advance("7d")`, `set(time)`, `real()`."""
        return self.front.clock

    def deliver(self) -> None:
        """Let CloudTrail deliver now what it would deliver within minutes."""
        self.front.deliver()

    def reset(self) -> None:
        """Back to an empty management account; the journal is emptied."""
        self.front.reset()

    def close(self) -> None:
        """Write out and close the files."""
        self.front.audit.close()
        if self._journal is not None:
            self._journal.close()
