"""IAM facts of a whole account: its password policy, whether its root is protected, and the credential report."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterable
from typing import Any

from bastide.aws.handler import Connection, Found, Handler, ask, pages
from bastide.aws.handlers.iam_principals import GONE
from bastide.aws.shape import Observed, actions, member, pick
from bastide.aws.waiting import quietly
from bastide.model import Change, Properties, Scope, Unknown, Value

# What AWS asks of passwords while the account says nothing.
# Source: AWS IAM User Guide, "Set an account password policy for IAM users", "Default password policy".
DEFAULT_POLICY = {
    "MinimumPasswordLength": 8,
    "RequireSymbols": False,
    "RequireNumbers": False,
    "RequireUppercaseCharacters": False,
    "RequireLowercaseCharacters": False,
    "AllowUsersToChangePassword": False,
}
FIELDS = (*DEFAULT_POLICY, "MaxPasswordAge", "PasswordReusePrevention", "HardExpiry")
# Seconds between looks at the report: a small account's is there almost at once.
PAUSES = (0.05, 0.1, 0.2, 0.5, 1, 2, 4, 8, 8, 8)


class AccountPasswordPolicy(Handler):
    """Bastide::IAM::AccountPasswordPolicy: what IAM users' passwords must be; identified by the account.

    ``Configured`` is False where the account has none; then the other values are AWS's default. MaxPasswordAge
    (days) and PasswordReusePrevention are absent where they do not apply. Every update sends all: IAM resets what it
    is not told.
    """

    type = "Bastide::IAM::AccountPasswordPolicy"
    service = "iam"
    scope = Scope.ACCOUNT
    identified_by = ()
    actions = actions(
        read=("iam:GetAccountPasswordPolicy",),
        write=("iam:UpdateAccountPasswordPolicy",),
        delete=("iam:DeleteAccountPasswordPolicy",),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        policy = member(ask(at.client("iam").get_account_password_policy, absent=GONE), "PasswordPolicy")
        if isinstance(policy, Unknown):
            return [Found(at.account, dict.fromkeys((*FIELDS, "Configured"), policy))]
        if policy is None:
            return [Found(at.account, {"Configured": False, **DEFAULT_POLICY})]
        # AWS says 0 or nothing for "no age" and "no history".
        told = {name: value for name, value in pick(policy, *FIELDS).items() if value is False or value}
        return [Found(at.account, {"Configured": True, **told})]

    def create(self, at: Connection, properties: Properties) -> str:
        if properties.get("Configured") is False:
            self.delete(at, at.account, properties)
        else:
            at.client("iam").update_account_password_policy(**pick(properties, *FIELDS))
        return at.account

    def update(self, at: Connection, id: str, change: Change) -> None:
        after = change.after or {}
        kept = {name: value for name, value in (change.before or {}).items() if name != "Configured"}
        gone = {item.path for item in change.differences if item.after is None}
        self.create(at, {name: value for name, value in {**kept, **after}.items() if name not in gone})

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        quietly(at.client("iam").delete_account_password_policy, *GONE)


class AccountSummary(Observed):
    """Bastide::IAM::AccountSummary: whether the root user is protected, as booleans.

    {AccountMFAEnabled, AccountAccessKeysPresent, AccountPasswordPresent, RootVirtualMFA: one of its devices is an app}.
    In a member whose root credentials were removed there is nothing to protect: AccountPasswordPresent is False.
    Source: IAM API Reference, ListVirtualMFADevices; AWS Config Developer Guide, root-account-hardware-mfa-enabled.
    """

    type = "Bastide::IAM::AccountSummary"
    service = "iam"
    scope = Scope.ACCOUNT
    identified_by = ()
    actions = actions(read=("iam:GetAccountSummary", "iam:ListVirtualMFADevices"))

    def list(self, at: Connection) -> Iterable[Found]:
        told = member(ask(at.client("iam").get_account_summary), "SummaryMap")
        names = ("AccountMFAEnabled", "AccountAccessKeysPresent", "AccountPasswordPresent")
        flags = {name: _flag(told, name) for name in names}
        return [Found(at.account, {**flags, "RootVirtualMFA": _root_virtual(at, flags["AccountMFAEnabled"])})]


def _root_virtual(at: Connection, any_device: Value) -> Value:
    """Whether an app is one of the root user's MFA devices; nothing is asked where it has none."""
    if any_device is False:
        return False
    listed = ask(lambda: list(pages(at.client("iam"), "list_virtual_mfa_devices", "VirtualMFADevices")))
    if isinstance(listed, Unknown):
        return listed
    # The device's user is the root user; its name says so too, where it was made before there could be several.
    return any(
        str(one.get("User", {}).get("Arn", "")).endswith(":root")
        or str(one["SerialNumber"]).endswith(":mfa/root-account-mfa-device")
        for one in listed
    )


def _flag(told: Value, name: str) -> Value:
    if isinstance(told, Unknown):
        return told
    return bool(told[name]) if name in told else Unknown(f"GetAccountSummary: {name} is not in the answer")


class CredentialReport(Observed):
    """Bastide::IAM::CredentialReport {Users: one mapping a user, by the report's own column names}, root included.

    Generated when it is asked for; AWS may answer with one of the last four hours.
    Source: AWS IAM User Guide, "Generate credential reports for your AWS account".
    """

    type = "Bastide::IAM::CredentialReport"
    service = "iam"
    scope = Scope.ACCOUNT
    identified_by = ()
    actions = actions(read=("iam:GenerateCredentialReport", "iam:GetCredentialReport"))

    def list(self, at: Connection) -> Iterable[Found]:
        return [Found(at.account, {"Users": credential_report(at)})]


def credential_report(at: Connection) -> Value:
    """The rows of the account's report, asked once; Unknown when it may not be read or takes too long."""
    return at.once("iam:GetCredentialReport", lambda: _report(at.client("iam")))


def _report(iam: Any) -> Value:
    for pause in PAUSES:
        state = ask(iam.generate_credential_report)
        if isinstance(state, Unknown):
            return state
        if state["State"] == "COMPLETE":
            content = member(ask(iam.get_credential_report), "Content")
            if isinstance(content, Unknown):
                return content
            return list(csv.DictReader(io.StringIO(content.decode())))
        time.sleep(pause)
    return Unknown(f"GenerateCredentialReport: not complete after {sum(PAUSES):.0f} seconds")
