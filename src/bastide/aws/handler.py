"""The interface of a handler, and how it asks AWS: a translation between registry shape and API calls, no decisions.

The engine orders, retries, records and undoes. A handler lists, reads, creates, updates and deletes resources of one
type in one account and region (its ``Connection``). ``list`` is the bulk read and should need the fewest calls;
properties come back complete and in registry shape, so that a second plan after an apply is empty. A property that
could not be read is ``Unknown(reason)``.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Protocol, TypeVar

from botocore.exceptions import ClientError

from bastide.model import Change, Properties, Scope, Unknown

EXPLICIT = re.compile(r"with an explicit deny in (an? [a-z][a-z -]*policy)")

T = TypeVar("T")
R = TypeVar("R")

NOT_ASKED = Unknown("not asked for: no control reads it")  # the value of a property that a narrowed lister left out

DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "Client.UnauthorizedOperation",
        "403",
        "Forbidden",
        "AuthorizationError",
        "UnauthorizedAccess",
        "NotAuthorized",
    }
)
THROTTLED = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "PriorRequestNotComplete",
        "EC2ThrottledException",
        "BandwidthLimitExceeded",
        "ProvisionedThroughputExceededException",
        # Elastic Load Balancing's for throttling by what it asks itself. Source: its API Reference, "Common Errors".
        "DependencyThrottle",
    }
)
IN_VAIN = "(throttled, after all retries)"


class Found(NamedTuple):
    """One resource as a handler saw it: primary identifier, properties in registry shape, ARN (or an empty string)."""

    id: str
    properties: Properties
    arn: str = ""


class Connection(Protocol):
    """One account and region of a target. ``region`` is GLOBAL for account-wide and organization-wide types."""

    account: str
    region: str
    partition: str
    management_account: str

    def client(self, service: str, region: str = "") -> Any:
        """A boto3 client of ``service`` in this account and region (us-east-1 for GLOBAL), or in the region named."""
        ...

    def once(self, name: str, read: Callable[[], T]) -> T:
        """What ``read`` returns, asked once for this account and region in one collection, whoever asks."""
        ...

    def each(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """What ``work`` returns for every item, in their order; several at a time where the target is good for it."""
        ...

    def of(self, account: str) -> Connection:
        """The same region of another account, for what only the administrator of a service may write there."""
        ...


class Lister(Protocol):
    """What a collection needs of a type: a handler, or a reader of what is not written."""

    @property
    def type(self) -> str:
        """The registry's name of the type."""
        ...

    @property
    def service(self) -> str:
        """The boto3 client."""
        ...

    @property
    def scope(self) -> Scope:
        """Where resources of the type are looked for."""
        ...

    def list(self, at: Connection) -> Iterable[Found]:
        """Every resource of the type in this account and region, complete, with the fewest calls."""
        ...


class Handler(ABC):
    """One resource type. Class attributes say what the engine must know; the registry supplies the rest.

    ``identified_by``: see ``model.ResourceType``. ``create_only``, ``write_only`` and ``read_only`` add to
    the registry's; ``readable`` are properties that the registry calls write-only and this handler reads all the same.
    ``builds_on``: see ``model.ResourceType``.
    ``settles``: properties that come true only when something has been built on the resource: a new one may read back
    without them, and an updated one while a change of the same plan waits for it.
    ``late``: it comes after what it depends on, made or not. ``removable``: an undo may delete it.
    ``actions``: IAM actions by operation where the registry has no such type or names too few. ``service``: the boto3
    client.
    """

    type: ClassVar[str]
    service: ClassVar[str]
    scope: ClassVar[Scope] = Scope.REGION
    identified_by: ClassVar[tuple[str, ...]]
    create_only: ClassVar[tuple[str, ...]] = ()
    write_only: ClassVar[tuple[str, ...]] = ()
    readable: ClassVar[tuple[str, ...]] = ()
    read_only: ClassVar[tuple[str, ...]] = ()
    builds_on: ClassVar[tuple[str, ...]] = ()
    settles: ClassVar[tuple[str, ...]] = ()
    data_bearing: ClassVar[bool] = False
    late: ClassVar[bool] = False
    removable: ClassVar[bool] = True
    actions: ClassVar[dict[str, tuple[str, ...]]] = {}

    @abstractmethod
    def list(self, at: Connection) -> Iterable[Found]:
        """Every resource of the type in this account and region, complete, with the fewest calls."""

    def read(self, at: Connection, id: str) -> Found | None:
        """One resource; None when there is none of that identifier. The default looks through ``list``."""
        return next((found for found in self.list(at) if found.id == id), None)

    @abstractmethod
    def create(self, at: Connection, properties: Properties) -> str:
        """Make the resource, wholly as declared; its primary identifier comes out."""

    @abstractmethod
    def update(self, at: Connection, id: str, change: Change) -> None:
        """Bring the resource from ``before`` to ``after``; only what ``change.differences`` names is touched."""

    @abstractmethod
    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        """Remove the resource; already gone is fine. For a setting that always exists: put AWS's default back."""

    def narrowed(self, properties: Collection[str] | None) -> Lister:
        """What lists the type for somebody who only reads ``properties`` (paths; None for all), with fewer calls.

        The default is the handler itself. Only for assessing: what is compared or changed must be complete.
        """
        return self

    def stays(self, properties: Properties) -> bool:
        """Whether a delete only puts AWS's default back, as for a VPC's default security group."""
        return False


def error_code(error: ClientError) -> str:
    """AWS's code of a failed call."""
    return str(error.response.get("Error", {}).get("Code", ""))


def forbidden_by(error: ClientError) -> str:
    """In parentheses the kind of policy that denies explicitly, so that no grant helps; empty where none is named.

    Source: IAM User Guide, "Troubleshoot access denied error messages".
    """
    named = EXPLICIT.search(str(error.response.get("Error", {}).get("Message", "")))
    return f" (denied by {named.group(1)})" if named else ""


def ask(call: Callable[..., Any], *, absent: tuple[str, ...] = (), **parameters: Any) -> Any:
    """The answer of one read call; None for an error code in ``absent``; Unknown when it was denied or throttled.

    Raises:
        ClientError: any other error of the call.
    """
    try:
        return call(**parameters)
    except ClientError as error:
        code = error_code(error)
        if code in absent:
            return None
        if code in THROTTLED:
            return Unknown(f"{error.operation_name}: {code} {IN_VAIN}")
        if code in DENIED:
            return Unknown(f"{error.operation_name}: {code}{forbidden_by(error)}")
        raise


def pages(client: Any, operation: str, key: str, **parameters: Any) -> Iterator[Any]:
    """Every item under ``key`` over all pages of ``operation`` (boto3's snake_case name)."""
    if client.can_paginate(operation):
        for page in client.get_paginator(operation).paginate(**parameters):
            yield from page.get(key) or ()
    else:
        yield from getattr(client, operation)(**parameters).get(key) or ()


def whole(
    at: Connection, service: str, operation: str, parameters: Mapping[str, Any] = MappingProxyType({}), region: str = ""
) -> Any:
    """What all pages of a read (boto3's snake_case name) answer together, asked once for a connection, whoever asks.

    Raises:
        ClientError: the call failed, now or when it was asked first.
    """

    def call() -> Any:
        client = at.client(service, region)
        if client.can_paginate(operation):
            return client.get_paginator(operation).paginate(**parameters).build_full_result()
        return getattr(client, operation)(**parameters)

    return at.once(json.dumps([service, region, operation, dict(parameters)], sort_keys=True, default=str), call)


def tag_list(tags: Iterable[dict[str, str]] | dict[str, str] | None) -> list[dict[str, str]]:
    """Tags as registry-shaped Key/Value pairs sorted by key, without AWS's own (``aws:``)."""
    pairs = tags.items() if isinstance(tags, dict) else ((tag["Key"], tag["Value"]) for tag in tags or ())
    return [{"Key": key, "Value": value} for key, value in sorted(pairs) if not key.startswith("aws:")]
