"""A connection to a fresh organization in process: what every test of a handler stands on."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import boto3
import pytest

from bastide.model import GLOBAL
from bastide.sandbox.organization import Sandbox

T = TypeVar("T")
HOME = "eu-west-1"


class SandboxConnection:
    """One account and region of a sandbox. ``kept`` False asks again each time."""

    partition = "aws"

    def __init__(self, sandbox: Sandbox, account: str = "", region: str = HOME, *, kept: bool = False) -> None:
        self.sandbox = sandbox
        self.management_account = sandbox.management_account
        self.account = account or sandbox.management_account
        self.region = region
        self.kept = kept
        self.calls: list[str] = []
        self._answers: dict[str, Any] = {}
        self._clients: dict[tuple[str, str], Any] = {}
        self._session: boto3.Session = sandbox.session(self.account)
        self._session.events.register("before-call.*.*", self._note)

    def _note(self, model: Any, **_: Any) -> None:
        self.calls.append(f"{model.service_model.service_name}:{model.name}")

    def client(self, service: str, region: str = "") -> Any:
        """A boto3 client, made once."""
        place = region or ("us-east-1" if self.region == GLOBAL else self.region)
        if (service, place) not in self._clients:
            self._clients[service, place] = self._session.client(service, region_name=place)
        return self._clients[service, place]

    def once(self, name: str, read: Callable[[], T]) -> T:
        """What ``read`` returns."""
        if not self.kept:
            return read()
        if name not in self._answers:
            self._answers[name] = read()
        return self._answers[name]

    def each(self, work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        """What ``work`` returns for every item."""
        return [work(item) for item in items]

    def of(self, account: str) -> "SandboxConnection":
        """The same region of another account; its calls are noted here."""
        other = SandboxConnection(self.sandbox, account, self.region)
        other.calls = self.calls
        return other


Connect = Callable[..., SandboxConnection]


@pytest.fixture
def sandbox() -> Any:
    """An empty organization of one account."""
    made = Sandbox()
    yield made
    made.close()


@pytest.fixture
def connection(sandbox: Sandbox) -> Connect:
    """``connection(account, region, kept=…)``: the management account in eu-west-1 unless said otherwise."""

    def connect(account: str = "", region: str = HOME, *, kept: bool = False) -> SandboxConnection:
        return SandboxConnection(sandbox, account, region, kept=kept)

    return connect
