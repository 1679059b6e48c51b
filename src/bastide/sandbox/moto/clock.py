"""Determinism: the ids, keys and times that moto makes are a function of the journal's sequence number and time.

One idea: moto draws all chance from one generator and nearly all time from one function; both are ours here.
Other times (an RSA key's, a certificate's) stay what they are.
"""

from __future__ import annotations

import datetime as datetime_module
import sys
from datetime import UTC, datetime
from functools import cache
from typing import Any

import moto.core.utils as _core_utils
from moto.core.base_backend import AccountSpecificBackend
from moto.moto_api._internal import mock_random


class _Clock:
    """The time that moto sees: the current request's, so that a replay gives the same creation dates."""

    now: datetime | None = None


def _utcnow() -> Any:
    return _sandbox_now()


def _sandbox_now() -> datetime:
    return (_Clock.now or datetime.now(UTC)).replace(tzinfo=None)


class _SandboxDatetimeType(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


class _SandboxDatetime(datetime, metaclass=_SandboxDatetimeType):
    """`datetime` for moto's modules: only its idea of now differs."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return (_Clock.now or datetime.now(UTC)).astimezone(tz) if tz else _sandbox_now()

    @classmethod
    def utcnow(cls) -> datetime:  # type: ignore[override]
        return _sandbox_now()


class _SandboxDatetimeModule:
    """The `datetime` module for moto's modules."""

    datetime = _SandboxDatetime

    def __getattr__(self, name: str) -> Any:
        return getattr(datetime_module, name)


@cache
def set_clock_of(package: str) -> None:
    """Let the modules of a moto package ask the sandbox for the time."""
    for name, module in list(sys.modules.items()):
        if name.startswith(f"moto.{package}.") and module is not None:
            found = vars(module).get("datetime")
            if found is datetime:
                vars(module)["datetime"] = _SandboxDatetime
            elif found is datetime_module:
                vars(module)["datetime"] = _SandboxDatetimeModule()


# moto: `utcnow` is imported by name all over; replacing its code reaches every importer.
_core_utils.__dict__["_sandbox_now"] = _sandbox_now
_core_utils.utcnow.__code__ = _utcnow.__code__


def seed(value: str, at: datetime) -> None:
    """Make the ids and times of the next request a function of `value` and `at`."""
    mock_random.seed(value)
    _Clock.now = at


_plain_getitem = AccountSpecificBackend.__getitem__


def _seeded_getitem(self: Any, region: str) -> Any:
    """A backend's first look fills it (default VPC, …): seed by its key, so that who looked first does not matter."""
    if dict.__contains__(self, "aws" if region == "global" else region):
        return _plain_getitem(self, region)
    kept = mock_random.getstate()
    mock_random.seed(f"{self.service_name}/{self.account_id}/{region}")
    try:
        made = _plain_getitem(self, region)
        if self.service_name == "ec2" and hasattr(made, "vpcs"):  # moto: EC2 Instance Connect calls itself ec2, too
            finish_default_vpc(made)
        return made
    finally:
        mock_random.setstate(kept)


def finish_default_vpc(backend: Any) -> None:
    """Give the default VPC its internet gateway and the route to it. moto: leaves both out."""
    for vpc in [found for found in backend.vpcs.values() if found.is_default]:
        gateway = backend.create_internet_gateway()
        backend.attach_internet_gateway(gateway.id, vpc.id)
        main = next(table for table in backend.route_tables.values() if table.vpc_id == vpc.id)
        backend.create_route(main.id, "0.0.0.0/0", None, gateway_id=gateway.id)


AccountSpecificBackend.__getitem__ = _seeded_getitem  # type: ignore[method-assign]


def set_clock(at: datetime) -> None:
    """The time that moto sees from now on."""
    _Clock.now = at


def now() -> datetime:
    """The current request's time (aware UTC)."""
    return _Clock.now or datetime.now(UTC)


def request_id() -> str:
    """A fresh request id, from the seeded generator."""
    return str(mock_random.uuid4())


def random_hex(length: int) -> str:
    """Hexadecimal digits from the seeded generator."""
    return random_text("0123456789abcdef", length)


def random_text(alphabet: str, length: int) -> str:
    """Letters of the alphabet, from the seeded generator."""
    return "".join(mock_random.choice(alphabet) for _ in range(length))


def random_uuid() -> str:
    """A UUID from the seeded generator."""
    return str(mock_random.uuid4())
