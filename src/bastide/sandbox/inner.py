"""AWS's own look at an account from within a call: our handlers read it through connections that nobody is asked about.

The one idea: botocore's clients, answered before anything is serialized for a network: what the handlers see is what
boto3 makes of an answer, and nothing is authorized, recorded or journaled, as services look at resources by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple, TypeVar, cast

import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from bastide.aws.handler import Lister
from bastide.aws.models import Models, parse_timestamp
from bastide.aws.readers import readers
from bastide.aws.registry import handlers
from bastide.aws.session import NO_FILES, Target
from bastide.collect import collect
from bastide.model import GLOBAL, Account, Estate, Organization
from bastide.sandbox.call import Call
from bastide.sandbox.wire import AwsError

T = TypeVar("T")
R = TypeVar("R")
HOME = "us-east-1"  # where services without Regions answer
_PARAMETERS = "bastide-parameters"  # the key of a request's own parameters in botocore's context


class _Asking(NamedTuple):
    call: Call
    account: str


_ASKING: ContextVar[_Asking] = ContextVar("asking")
_CLIENTS: dict[tuple[str, str], Any] = {}
_SESSIONS: list[botocore.session.Session] = []


class InnerConnection:
    """One account and Region of the sandbox (``aws.handler.Connection``), seen by AWS itself."""

    partition = "aws"

    def __init__(self, call: Call, account: str, region: str) -> None:
        self.account = account
        self.region = region
        self.management_account = call.front.management_account
        self._call = call
        self._answers: dict[str, Any] = {}

    def client(self, service: str, region: str = "") -> Any:
        """A boto3 client whose every call is answered here."""
        wanted = region or self.region
        return _InnerClient(_client(service, HOME if wanted == GLOBAL else wanted), self._call, self.account)

    def once(self, name: str, read: Callable[[], T]) -> T:
        """What ``read`` returns, asked once for this connection."""
        if name not in self._answers:
            self._answers[name] = read()
        return cast(T, self._answers[name])

    def each(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """What ``work`` returns for every item."""
        return [work(item) for item in items]

    def of(self, account: str) -> InnerConnection:
        """The same Region of another account."""
        return InnerConnection(self._call, account, self.region)


class _InnerClient:
    """A shared client that asks for one call and account."""

    def __init__(self, client: Any, call: Call, account: str) -> None:
        self._client = client
        self._as = _Asking(call, account)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name in ("meta", "exceptions", "can_paginate") or not callable(found):
            return found
        return self._asked(found)

    def get_paginator(self, operation: str) -> Any:
        """A paginator whose every page is asked so."""
        paginator = self._client.get_paginator(operation)
        paginator._method = self._asked(paginator._method)
        return paginator

    def _asked(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*arguments: Any, **parameters: Any) -> Any:
            with _asking(self._as):
                return function(*arguments, **parameters)

        return ask


@contextmanager
def _asking(who: _Asking) -> Iterator[None]:
    token = _ASKING.set(who)
    try:
        yield
    finally:
        _ASKING.reset(token)


class InnerTarget:
    """What ``collect`` needs of a target."""

    name = basis = "sandbox"
    threads = 1

    def __init__(self, call: Call) -> None:
        self._call = call
        self.management_account = call.front.management_account

    def connection(self, account: str, region: str) -> InnerConnection:
        """A connection with nothing remembered yet."""
        return InnerConnection(self._call, account, region)

    def enter(self, account: str) -> None:
        """AWS needs no role."""


def observe(call: Call, types: Iterable[str], *, account: str = "", region: str = "") -> Estate:
    """The resources of these types in one account and Region, those without a Region included, as they are now."""
    account, region = account or call.account, region or call.region
    management = call.front.management_account
    alone = Organization("", "", management, (Account(account, account),))
    listers: dict[str, Lister] = {**readers(), **handlers()}
    wanted = {name: listers[name] for name in sorted(set(types) & set(listers))}
    target = cast(Target, InnerTarget(call))
    return collect(target, alone, wanted, [region], read_at=call.at, accounts=[account])


def _client(service: str, region: str) -> Any:
    if (service, region) not in _CLIENTS:
        # No credentials are needed: nothing is signed.
        config = Config(
            signature_version=botocore.UNSIGNED, parameter_validation=False, retries={"total_max_attempts": 1}
        )
        _CLIENTS[service, region] = _session().create_client(service, region_name=region, config=config)
    return _CLIENTS[service, region]


def _session() -> botocore.session.Session:
    if not _SESSIONS:
        made = botocore.session.Session(NO_FILES)
        made.register_component("data_loader", Models())
        made.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=parse_timestamp)
        events = made.get_component("event_emitter")
        events.register_last("before-parameter-build.*.*", _remember)
        events.register_last("before-call.*.*", _answer)
        _SESSIONS.append(made)
    return _SESSIONS[0]


def _remember(params: Mapping[str, Any], context: dict[str, Any], **_: Any) -> None:
    context[_PARAMETERS] = params


def _answer(model: Any, params: Mapping[str, Any], request_signer: Any, **_: Any) -> tuple[AWSResponse, dict[str, Any]]:
    """The answer of an operation, as botocore's endpoint gives it."""
    who = _ASKING.get()
    service, given = str(model.service_model.service_name), params["context"].get(_PARAMETERS, {})
    region = request_signer.region_name or HOME
    try:
        found = who.call.invoke(model.name, given, service=service, account=who.account, region=region)
        status = 200
    except AwsError as refused:
        found = {"Error": {"Code": refused.code, "Message": refused.message}}
        status = refused.status if refused.status >= 300 else 400
    found["ResponseMetadata"] = {"HTTPStatusCode": status, "HTTPHeaders": {}, "RetryAttempts": 0}
    return AWSResponse("", status, {}, None), found
