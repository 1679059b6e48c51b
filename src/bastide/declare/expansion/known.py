"""What AWS has already given out. Everything not known is provisional, and bound when it is found or made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bastide.model import Account, Properties, provisional


@dataclass(frozen=True, slots=True)
class Known:
    """Identifiers from AWS. ``accounts`` maps account names and root e-mails (lower case) to their 12 digits.

    ``networks``: ranges of networks that exist, by (account name, region): they are kept (``addresses.networks_in``).
    ``former``: accounts that Bastide created and the file no longer names; they go to the quarantine unit.
    ``external_id``: what the platform's roles ask for when the file names none; kept by the store, so that it stays.
    ``platform_policies``: documents by the role that has them; ``aws.permissions`` makes them of what handlers call.
    """

    management_account: str
    management_email: str = ""
    organization_id: str = provisional.organization_id()
    root_id: str = provisional.root_id()
    accounts: Mapping[str, str] = field(default_factory=dict)
    partition: str = "aws"
    identity_center: str = provisional.identity_center()  # ARN of the instance
    identity_store: str = provisional.identity_store()
    networks: Mapping[tuple[str, str], str] = field(default_factory=dict)
    former: tuple[Account, ...] = ()
    external_id: str = ""
    platform_policies: Mapping[str, tuple[Properties, ...]] = field(default_factory=dict)

    def account(self, name: str, email: str) -> str:
        """The account's digits, by its e-mail (which never changes hands) or its name; else provisional."""
        return self.accounts.get(email.lower()) or self.accounts.get(name) or provisional.account_id(name)
