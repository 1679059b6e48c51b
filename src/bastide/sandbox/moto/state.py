"""Several organizations in one process: moto's global state is swapped.

One idea: moto keeps a dictionary of backends a service; a sandbox's accounts are taken out of it and put back.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import moto.backends as _backends
from moto.core.base_backend import BackendDict

from bastide.sandbox.moto.clock import set_clock_of

_instances: list[Any] = vars(BackendDict)["_instances"]


class State:
    """All of moto's state of one sandbox; `activate` swaps it in. Call under the front's lock."""

    active: State | None = None

    def __init__(self) -> None:
        self._kept: dict[Any, tuple[dict[Any, Any], dict[str, Any]]] = {}

    def activate(self) -> None:
        """Make this state the one that moto works on."""
        if State.active is self:
            return
        if State.active is not None:
            State.active._put_away()
        for backends, (accounts, extras) in self._kept.items():
            dict.update(backends, accounts)
            for name, value in extras.items():
                getattr(backends, name).update(value)
            if backends not in _instances:
                _instances.append(backends)
        self._kept = {}
        State.active = self

    def _put_away(self) -> None:
        for backends in list(_instances):
            # moto: S3 and Organizations keep maps beside the backends (bucket owners, management accounts).
            extras = {name: getattr(backends, name) for name in _EXTRAS if hasattr(backends, name)}
            self._kept[backends] = (dict(backends), {name: dict(value) for name, value in extras.items()})
            backends.clear()
            for value in extras.values():
                value.clear()

    def clear(self) -> None:
        """Forget everything: an empty management account again."""
        self.activate()
        self._put_away()
        self._kept = {}
        State.active = None


_EXTRAS = ("bucket_accounts", "master_accounts")


def backend(service: str, account: str, region: str) -> Any:
    """moto's state of a service in an account and Region (global services: `aws`)."""
    return backend_dict(service)[account][region]


@cache
def backend_dict(service: str) -> Any:
    """moto's backends of a service, by account."""
    found = _backends.get_backend(cast(Any, service))
    set_clock_of(package_of(service) or service)
    return found


@cache
def package_of(service: str) -> str | None:
    """moto's package of a botocore service, or None."""
    name = service.replace("-", "")
    name = _backends.ALT_SERVICE_NAMES.get(name, name)
    return name if name in _moto_packages() else None


@cache
def _moto_packages() -> frozenset[str]:
    return frozenset(_backends.list_of_moto_modules())
