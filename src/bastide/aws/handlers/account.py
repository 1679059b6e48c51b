"""Account Management: whom AWS writes to about billing, operations and security. Names and Regions are elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from bastide.aws.differences import desired
from bastide.aws.handler import Connection, Found, Handler
from bastide.aws.shape import pick
from bastide.aws.waiting import quietly
from bastide.model import Change, Properties, Scope

ABSENT = "ResourceNotFoundException"
KINDS = ("BILLING", "OPERATIONS", "SECURITY")
NAMES = ("AlternateContactType", "Name", "Title", "EmailAddress", "PhoneNumber")


class AlternateContact(Handler):
    """Bastide::Account::AlternateContact: one of three contacts. Create-only: AlternateContactType.

    Read and written with the account's own credentials, so that trusted access for account.amazonaws.com is not needed.
    Source: Account Management API Reference, PutAlternateContact.
    """

    type = "Bastide::Account::AlternateContact"
    service = "account"
    scope = Scope.ACCOUNT
    identified_by = ("AlternateContactType",)
    create_only = ("AlternateContactType",)
    actions: ClassVar = {
        "list": ("account:GetAlternateContact",),
        "read": ("account:GetAlternateContact",),
        "create": ("account:PutAlternateContact",),
        "update": ("account:PutAlternateContact",),
        "delete": ("account:DeleteAlternateContact",),
    }

    def list(self, at: Connection) -> Iterable[Found]:
        return [found for found in (self.read(at, kind) for kind in KINDS) if found is not None]

    def read(self, at: Connection, id: str) -> Found | None:
        found = quietly(at.client("account").get_alternate_contact, ABSENT, AlternateContactType=id)
        return None if found is None else Found(id, pick(found["AlternateContact"], *NAMES))

    def create(self, at: Connection, properties: Properties) -> str:
        at.client("account").put_alternate_contact(**pick(properties, *NAMES))
        return str(properties["AlternateContactType"])

    def update(self, at: Connection, id: str, change: Change) -> None:
        self.create(at, desired(change))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        quietly(at.client("account").delete_alternate_contact, ABSENT, AlternateContactType=id)
