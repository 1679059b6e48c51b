"""Amazon Inspector: its administrator, what is scanned in an account and Region, and what members get.

One idea: scanning is one switch a kind of resource; a switch under way counts as where it is going. Findings, filters
and suppression are not resources here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from bastide.aws.delegation import Membership, ServiceAdministrator, check_processed, refusals
from bastide.aws.differences import desired
from bastide.aws.handler import Connection, Found, pages
from bastide.aws.shape import before_and_after
from bastide.aws.waiting import Waiting, answer_or_nothing
from bastide.model import Change, Properties

NOT_ADMINISTRATOR = ("AccessDeniedException", "ResourceNotFoundException", "ValidationException")
ASSOCIATED = ("ENABLED", "CREATED")
# Property → (member of resourceState, resource type of Enable and Disable)
SWITCHES = {
    "Ec2": ("ec2", "EC2"),
    "Ecr": ("ecr", "ECR"),
    "Lambda": ("lambda", "LAMBDA"),
    "LambdaCode": ("lambdaCode", "LAMBDA_CODE"),
}


class DelegatedAdmin(ServiceAdministrator):
    """Bastide::Inspector2::DelegatedAdmin: the account that administers Inspector for the organization in this Region.

    One a Region. Create-only: DelegatedAdminAccountId. Set in the management account.
    Source: Inspector API Reference, EnableDelegatedAdminAccount.
    """

    type = "Bastide::Inspector2::DelegatedAdmin"
    service = "inspector2"
    builds_on = ("Bastide::Inspector2::AccountStatus",)
    list_operation = "list_delegated_admin_accounts"
    enable_operation = "enable_delegated_admin_account"
    disable_operation = "disable_delegated_admin_account"
    create_only = ("DelegatedAdminAccountId",)
    name = "DelegatedAdminAccountId"
    parameter = "delegatedAdminAccountId"
    result = ("delegatedAdminAccounts", "accountId", "status")
    nothing = NOT_ADMINISTRATOR
    conflict = ("ConflictException",)
    actions: ClassVar = {
        "list": ("inspector2:ListDelegatedAdminAccounts", "organizations:DescribeOrganization"),
        "read": ("inspector2:ListDelegatedAdminAccounts", "organizations:DescribeOrganization"),
        "create": (
            "iam:CreateServiceLinkedRole",
            "inspector2:EnableDelegatedAdminAccount",
            "inspector2:ListDelegatedAdminAccounts",
            "organizations:EnableAWSServiceAccess",
            "organizations:RegisterDelegatedAdministrator",
        ),
        "delete": ("inspector2:DisableDelegatedAdminAccount", "organizations:DeregisterDelegatedAdministrator"),
    }


class AccountStatus(Waiting):
    """Bastide::Inspector2::AccountStatus: Ec2, Ecr, Lambda, LambdaCode: what Inspector scans here. Always there.

    Identifier: the account's. AWS's default is all off. LambdaCode needs Lambda: they are switched in one call. In a
    member, its administrator switches.
    Source: Inspector API Reference, BatchGetAccountStatus, Enable, Disable; Inspector User Guide, "Understanding the
    delegated administrator account and member account".
    """

    type = "Bastide::Inspector2::AccountStatus"
    service = "inspector2"
    identified_by = ()
    actions: ClassVar = {
        "list": ("inspector2:BatchGetAccountStatus",),
        "read": ("inspector2:BatchGetAccountStatus",),
        **dict.fromkeys(
            ("create", "update"),
            (
                "iam:CreateServiceLinkedRole",
                "inspector2:BatchGetAccountStatus",
                "inspector2:Disable",
                "inspector2:Enable",
                "inspector2:GetDelegatedAdminAccount",
                "inspector2:GetMember",
            ),
        ),
        "delete": (
            "inspector2:BatchGetAccountStatus",
            "inspector2:Disable",
            "inspector2:GetDelegatedAdminAccount",
            "inspector2:GetMember",
        ),
    }

    def list(self, at: Connection) -> Iterable[Found]:
        states = self._states(at)
        on = {name: states.get(member, "") in ("ENABLED", "ENABLING") for name, (member, _) in SWITCHES.items()}
        return [Found(at.account, on)]

    def _states(self, at: Connection) -> dict[str, str]:
        """The status of each switch by its member of resourceState; empty when Inspector was never on."""
        found = at.client("inspector2").batch_get_account_status(accountIds=[at.account])
        state: dict[str, Any] = found["accounts"][0]["resourceState"] if found.get("accounts") else {}
        return {member: str(one["status"]) for member, one in state.items()}

    def create(self, at: Connection, properties: Properties) -> str:
        self._bring(at, properties)
        return at.account

    def update(self, at: Connection, id: str, change: Change) -> None:
        self._bring(at, desired(change))

    def _bring(self, at: Connection, properties: Properties) -> None:
        now = next(iter(self.list(at))).properties
        differing = [name for name in SWITCHES if name in properties and properties[name] != now[name]]
        if not differing:
            return
        client = _in_charge_of(at).client("inspector2")
        on = [SWITCHES[name][1] for name in differing if properties[name]]
        off = [SWITCHES[name][1] for name in differing if not properties[name]]
        if on:
            _check(client.enable(accountIds=[at.account], resourceTypes=on), "Enable")
        if off:
            _check(client.disable(accountIds=[at.account], resourceTypes=off), "Disable")
        self.until(
            lambda: self._states(at),
            lambda states: not {"ENABLING", "DISABLING"} & set(states.values()),
            f"switching Amazon Inspector in account {at.account}, {at.region}",
        )

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        self._bring(at, dict.fromkeys(SWITCHES, False))


def _in_charge_of(at: Connection) -> Connection:
    """The connection that may switch scans in this account: its administrator's when it is a member, else its own."""
    answer = answer_or_nothing(at.client("inspector2").get_delegated_admin_account, *NOT_ADMINISTRATOR) or {}
    administrator = str((answer.get("delegatedAdmin") or {}).get("accountId", at.account))
    if administrator == at.account:
        return at
    there = at.of(administrator)
    get = there.client("inspector2").get_member
    found = (answer_or_nothing(get, *NOT_ADMINISTRATOR, accountId=at.account) or {}).get("member") or {}
    return there if found.get("relationshipStatus") in ASSOCIATED else at


def configuration_for_members(at: Connection) -> dict[str, Any] | None:
    """The organization's configuration, asked once in a collection; None in an account that is not administrator."""
    describe = at.client("inspector2").describe_organization_configuration
    found: dict[str, Any] | None = at.once(
        "inspector2-organization", lambda: answer_or_nothing(describe, *NOT_ADMINISTRATOR)
    )
    return found


class Members(Membership):
    """Bastide::Inspector2::Members: the accounts that the administrator administers here (``Membership``).

    AutoEnable is for accounts that join later. One call an account; it is over later and waited for.
    Source: Inspector API Reference, AssociateMember, DisassociateMember.
    """

    type = "Bastide::Inspector2::Members"
    service = "inspector2"
    builds_on = ("Bastide::Inspector2::DelegatedAdmin",)
    actions: ClassVar = {
        **dict.fromkeys(("list", "read"), ("inspector2:DescribeOrganizationConfiguration", "inspector2:ListMembers")),
        "create": ("inspector2:AssociateMember",),
        "update": ("inspector2:AssociateMember", "inspector2:DisassociateMember"),
        "delete": ("inspector2:DisassociateMember",),
    }

    def administers(self, at: Connection) -> bool:
        """Whether this account administers Inspector here."""
        return configuration_for_members(at) is not None

    def members(self, at: Connection) -> Iterable[str]:
        """Associated accounts."""
        found = pages(at.client("inspector2"), "list_members", "members", onlyAssociated=True)
        return (one["accountId"] for one in found if one["relationshipStatus"] in ASSOCIATED)

    def enrol(self, at: Connection, accounts: Sequence[str]) -> dict[str, str]:
        """With AssociateMember."""
        associate = at.client("inspector2").associate_member
        return refusals(accounts, lambda one: associate(accountId=one))

    def release(self, at: Connection, accounts: Sequence[str]) -> dict[str, str]:
        """With DisassociateMember."""
        disassociate = at.client("inspector2").disassociate_member
        return refusals(accounts, lambda one: disassociate(accountId=one))


class OrganizationConfiguration(Waiting):
    """Bastide::Inspector2::OrganizationConfiguration: what new members get scanned. In the administrator only.

    Identifier: the account's. AutoEnable: ec2, ecr, lambda, lambdaCode; others that AWS has are there when on, and
    kept. Deleting puts AWS's default back: all off.
    Source: Inspector API Reference, UpdateOrganizationConfiguration.
    """

    type = "Bastide::Inspector2::OrganizationConfiguration"
    service = "inspector2"
    builds_on = ("Bastide::Inspector2::Members",)
    identified_by = ()
    actions: ClassVar = {
        "list": ("inspector2:DescribeOrganizationConfiguration",),
        "read": ("inspector2:DescribeOrganizationConfiguration",),
        **dict.fromkeys(
            ("create", "update", "delete"),
            ("inspector2:DescribeOrganizationConfiguration", "inspector2:UpdateOrganizationConfiguration"),
        ),
    }

    def list(self, at: Connection) -> Iterable[Found]:
        found = configuration_for_members(at)
        if found is None:
            return []
        known = [member for member, _ in SWITCHES.values()]
        switches = {member: on for member, on in found["autoEnable"].items() if on or member in known}
        return [Found(at.account, {"AutoEnable": switches})]

    def create(self, at: Connection, properties: Properties) -> str:
        self._put(at, properties.get("AutoEnable") or {})
        return at.account

    def update(self, at: Connection, id: str, change: Change) -> None:
        before, after = before_and_after(change, "AutoEnable")
        self._put(at, {**(before or {}), **(after or {})})

    def _put(self, at: Connection, wanted: Properties) -> None:
        switches = {member: bool(wanted.get(member, False)) for member, _ in SWITCHES.values()}
        at.client("inspector2").update_organization_configuration(autoEnable={**switches, **wanted})

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        found = self.read(at, id)
        if found is not None:
            self._put(at, dict.fromkeys(found.properties["AutoEnable"], False))


def _check(answer: dict[str, Sequence[dict[str, Any]]], operation: str) -> None:
    """Raise for accounts that Inspector could not switch."""
    fine = ("ALREADY_ENABLED", "ENABLE_IN_PROGRESS", "DISABLE_IN_PROGRESS")
    failed = [one for one in answer.get("failedAccounts") or () if one["errorCode"] not in fine]
    refused = {one["accountId"]: f"{one['errorCode']}: {one.get('errorMessage', '')}" for one in failed}
    check_processed(refused, operation)
