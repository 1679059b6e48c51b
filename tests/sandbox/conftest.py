"""An organization with three members, in process: built once, shared by the tests that only add to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from bastide.sandbox import Sandbox

REGION = "eu-west-1"


@dataclass
class World:
    """A sandbox with an organization; `accounts` by name."""

    sandbox: Sandbox
    id: str
    root: str
    accounts: dict[str, str] = field(default_factory=dict)
    _sessions: dict[tuple[str, str], boto3.Session] = field(default_factory=dict)

    def client(self, service: str, account: str = "", region: str = REGION) -> Any:
        """A client in a named account; the management account by default."""
        key = (account, region)
        if key not in self._sessions:
            self._sessions[key] = self.sandbox.session(self.accounts.get(account), region)
        return self._sessions[key].client(service)

    def create_account(self, name: str) -> str:
        """The id of a new member."""
        organizations = self.client("organizations")
        status = organizations.create_account(Email=f"{name}@acme.example", AccountName=name)["CreateAccountStatus"]
        status = organizations.describe_create_account_status(CreateAccountRequestId=status["Id"])[
            "CreateAccountStatus"
        ]
        self.accounts[name] = str(status["AccountId"])
        return self.accounts[name]

    def trust(self, principal: str) -> None:
        """Enable service access."""
        self.client("organizations").enable_aws_service_access(ServicePrincipal=principal)


def build() -> World:
    """A fresh organization with the members log, audit and work."""
    sandbox = Sandbox()
    organizations = sandbox.session(region=REGION).client("organizations")
    made = organizations.create_organization(FeatureSet="ALL")["Organization"]
    world = World(sandbox, made["Id"], organizations.list_roots()["Roots"][0]["Id"])
    for name in ("log", "audit", "work"):
        world.create_account(name)
    return world


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One organization for a test module."""
    made = build()
    yield made
    made.sandbox.close()


@pytest.fixture
def fresh() -> Iterator[World]:
    """An organization of the test's own."""
    made = build()
    yield made
    made.sandbox.close()


def _refused(code: str, function: Callable[..., Any], **arguments: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        function(**arguments)
    response: dict[str, Any] = dict(caught.value.response)
    assert response["Error"]["Code"] == code, response["Error"]
    return response


@pytest.fixture
def refused() -> Callable[..., dict[str, Any]]:
    """`refused(code, function, **arguments)`: the call fails with this error code; gives the response."""
    return _refused
