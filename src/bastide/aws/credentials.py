"""Credentials of many accounts behind one botocore session.

One idea: botocore asks its credentials for the keys at the moment of signing; ours answer with those of the account
that the calling thread has *entered*. So one client serves every account: a client costs 3–65 ms and up to 25 MB.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from botocore.credentials import Credentials, ReadOnlyCredentials

EARLY = timedelta(minutes=5)
_account: ContextVar[str] = ContextVar("bastide_account", default="")


def current_account() -> str:
    """The account that this thread has entered; empty outside."""
    return _account.get()


@contextmanager
def entered(account: str) -> Iterator[None]:
    """Sign everything inside the block with the keys of ``account``."""
    token = _account.set(account)
    try:
        yield
    finally:
        _account.reset(token)


class Keys(NamedTuple):
    """Temporary keys of a role and when they end (aware UTC)."""

    frozen: ReadOnlyCredentials
    expires: datetime


class Keyring:
    """Keys by account: the home account's own, and those of a role assumed in every other. Safe under threads."""

    home_account = ""  # known once its own keys have been tried; no account means the home account

    def __init__(self, home: Any, assume: Callable[[str], Keys], now: Callable[[], datetime]) -> None:
        """``home``: botocore credentials of the home account; ``assume`` gives new keys of another account."""
        self._home = home
        self._assume = assume
        self._now = now
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._keys: dict[str, Keys] = {}

    def read(self, account: str) -> ReadOnlyCredentials:
        """Keys that are good for at least five minutes.

        Raises:
            ClientError: the role cannot be assumed; asked again the next time.
        """
        if account in ("", self.home_account):
            return self._home.get_frozen_credentials()
        known = self._keys.get(account)
        if known is None or known.expires - EARLY <= self._now():
            known = self._renew(account)
        return known.frozen

    def forget(self) -> None:
        """Enter every account anew the next time."""
        with self._lock:
            self._keys = {}

    def _renew(self, account: str) -> Keys:
        with self._lock:
            lock = self._locks.setdefault(account, threading.Lock())
        with lock:  # one AssumeRole an account, however many threads wait for it
            known = self._keys.get(account)
            if known is None or known.expires - EARLY <= self._now():
                known = self._keys[account] = self._assume(account)
            return known


class SharedCredentials(Credentials):  # type: ignore[misc]  # botocore has no types
    """What the shared session signs with: the keys of the entered account."""

    def __init__(self, keyring: Keyring) -> None:
        super().__init__("shared", "shared", method="bastide-keyring")
        self._keyring = keyring

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """Keys of the account that the calling thread has entered."""
        return self._keyring.read(current_account())


class CredentialProvider:
    """botocore's place to ask for credentials (component ``credential_provider``)."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def load_credentials(self) -> Credentials:
        """The one set of credentials."""
        return self._credentials


class AccountClient:
    """A shared client as one account sees it: every call, page and wait is signed with that account's keys."""

    __slots__ = ("_account_id", "_client")

    def __init__(self, client: Any, account: str) -> None:
        self._client = client
        self._account_id = account

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name in ("meta", "exceptions", "can_paginate") or not callable(found):
            return found
        return self._in_account(found)

    def get_paginator(self, operation: str) -> Any:
        """A paginator whose every page is asked in this account."""
        paginator = self._client.get_paginator(operation)
        paginator._method = self._in_account(paginator._method)
        return paginator

    def get_waiter(self, name: str) -> Any:
        """A waiter that asks in this account."""
        waiter = self._client.get_waiter(name)
        waiter._operation_method = self._in_account(waiter._operation_method)
        return waiter

    def _in_account(self, call: Callable[..., Any]) -> Callable[..., Any]:
        account = self._account_id

        def enter(*arguments: Any, **parameters: Any) -> Any:
            with entered(account):
                return call(*arguments, **parameters)

        return enter
