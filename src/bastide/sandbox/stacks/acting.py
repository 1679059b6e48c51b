"""boto3 clients inside of a call: what a service does in somebody's name while it answers.

One idea: one botocore session whose requests come back to the front, as the actor of the moment; handlers need not
know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

import botocore.session
from botocore.config import Config

from bastide.aws.models import Models
from bastide.aws.session import NO_FILES
from bastide.sandbox import transport
from bastide.sandbox.call import Call
from bastide.sandbox.principal import Principal
from bastide.sandbox.wire import HttpRequest, HttpResponse

T = TypeVar("T")
R = TypeVar("R")
SERVICE = "cloudformation.amazonaws.com"
_NOBODY = {"aws_access_key_id": "ASIASERVICE000000000", "aws_secret_access_key": "none", "aws_session_token": "none"}


@dataclass(frozen=True)
class Actor:
    """A service that calls as `principal` while it answers `cause`; `forwards`: with the caller's own permissions."""

    cause: Call
    principal: Principal
    by: str = SERVICE
    forwards: bool = False

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The front's answer to a request of this actor."""
        return self.cause.front.act(request, self.principal, self.cause, self.by, forwards=self.forwards)


_ACTOR: ContextVar[Actor] = ContextVar("actor")


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Within, clients speak for the actor."""
    token = _ACTOR.set(actor)
    try:
        yield
    finally:
        _ACTOR.reset(token)


@cache
def _session() -> Any:
    inner = botocore.session.Session(NO_FILES)
    inner.register_component("data_loader", Models())
    transport.attach(inner, lambda request: _ACTOR.get().answer(request))
    return inner


@cache
def client(service: str, region: str) -> Any:
    """A client that speaks for the actor of the moment; it never tries again, as nothing passes by waiting."""
    config = Config(retries={"total_max_attempts": 1}, ignore_configured_endpoint_urls=True)
    return _session().create_client(service, region_name=region, config=config, **_NOBODY)


@dataclass
class Place:
    """Where a stack lies, as handlers see it (`aws.handler.Connection`)."""

    account: str
    region: str
    management_account: str
    partition: str = "aws"
    _answers: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str, region: str = "") -> Any:
        """A client of the service here, or in the region named."""
        return client(service, region or self.region)

    def once(self, name: str, read: Callable[[], T]) -> T:
        """What `read` returns: asked anew every time, as a stack changes what it reads."""
        return read()

    def each(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """What ``work`` returns for every item."""
        return [work(item) for item in items]

    def of(self, account: str) -> Place:
        """The same place: a stack has no credentials of another account."""
        return self
