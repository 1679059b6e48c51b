"""What moto lacks or gets silently wrong: one function for one API operation.

    @shim("s3", "CreateBucket")
    def create_bucket(call: Call) -> Answer:
        response = call.forward()      # moto's own answer; raises when moto refuses
        ...                            # the side effects that AWS has and moto lacks
        return response                # or a dict in botocore's member names, or None for an empty answer

A shim decides what AWS would answer and nothing else: authorization, records and the journal are the front's.
The folder is walked once, in sorted order; nothing is registered by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from bastide.sandbox.wire import HttpResponse

if TYPE_CHECKING:
    from bastide.sandbox.call import Call

Answer = HttpResponse | dict[str, Any] | None
Shim = Callable[["Call"], Answer]

SHIMS: dict[tuple[str, str], Shim] = {}
# Service → whose state a call is about, when it is not the caller's (a key of another account, Identity Center).
OWNERS: dict[str, Callable[[Call], str]] = {}
# What services do when an account joins the organization, by service.
JOINED: dict[str, Callable[[Call, str], None]] = {}
# What services do when an account changes its place in the organization, or leaves it, by service.
MOVED: dict[str, Callable[[Call, str], None]] = {}


def shim(service: str, *operations: str) -> Callable[[Shim], Shim]:
    """Register the function for these operations of a botocore service name. Raises ValueError on a second one."""

    def register(function: Shim) -> Shim:
        for operation in operations:
            if (service, operation) in SHIMS:
                raise ValueError(f"two shims for {service}:{operation}")
            SHIMS[service, operation] = function
        return function

    return register


def owner(*services: str) -> Callable[[Callable[[Call], str]], Callable[[Call], str]]:
    """Register the function that names the account whose state a call of these services is about."""

    def register(function: Callable[[Call], str]) -> Callable[[Call], str]:
        OWNERS.update(dict.fromkeys(services, function))
        return function

    return register


def on_join(service: str) -> Callable[[Callable[[Call, str], None]], Callable[[Call, str], None]]:
    """Register what the service does for an account that joins: `function(call, account)`."""

    def register(function: Callable[[Call, str], None]) -> Callable[[Call, str], None]:
        JOINED[service] = function
        return function

    return register


def on_move(service: str) -> Callable[[Callable[[Call, str], None]], Callable[[Call, str], None]]:
    """Register what the service does when an account was moved or removed: `function(call, account)`."""

    def register(function: Callable[[Call, str], None]) -> Callable[[Call, str], None]:
        MOVED[service] = function
        return function

    return register


def walk() -> dict[tuple[str, str], Shim]:
    """All shims, after importing every module of this folder."""
    for module in sorted(iter_modules(__path__), key=lambda found: found.name):
        import_module(f"{__name__}.{module.name}")
    return SHIMS
