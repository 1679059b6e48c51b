"""Credentials of IAM users: from the user, or from the row of the account's credential report.

The one idea: ages need a now, and that is when the estate was read. What neither source says is Unknown.

Source: IAM User Guide, "Generate credential reports for your AWS account", the columns of the report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from bastide.controls.lookup import elements_of
from bastide.controls.neighbours import called
from bastide.model import GLOBAL, PASS, Estate, Resource, Unknown, Value, Verdict, fail, unknown
from bastide.model.unknown import unknowns_in

REPORT = "Bastide::IAM::CredentialReport"
Row = Mapping[str, Value]
NEVER = ("", "N/A", "no_information", "not_supported")

# Rows by user, of the reports asked last, by identity; an entry keeps its report alive, and none is changed in place.
_ROWS: dict[int, tuple[Value, dict[str, Row]]] = {}
KEPT = 64


class Credential(NamedTuple):
    """One active way to sign in: what it is, when it was made, when it was last used (None: never)."""

    name: str
    made: datetime | None
    used: datetime | None


def report_row(user: Resource, estate: Estate) -> Row | Unknown:
    """The user's row of the credential report; Unknown when there is no report, or none for the user."""
    found = estate.listed(REPORT, user.account, GLOBAL)
    if isinstance(found, Unknown):
        return found
    users = elements_of(found[0].get("Users")) if found else Unknown("there is no credential report")
    if isinstance(users, Unknown):
        return users
    name = called(user, "UserName")
    if isinstance(name, Unknown):
        return name
    known = _ROWS.get(id(users))
    if known is None or known[0] is not users:
        if len(_ROWS) >= KEPT:
            _ROWS.clear()
        known = _ROWS[id(users)] = (users, {str(row.get("user")): row for row in users if isinstance(row, Mapping)})
    row = known[1].get(name)
    if row is None:
        return Unknown("the credential report has no row for the user")
    gaps = unknowns_in(row)
    return gaps[0] if gaps else row


def now(estate: Estate) -> datetime | Unknown:
    """When the estate was read."""
    return parse_time(estate.read_at) or Unknown("the estate does not say when it was read")


def parse_time(text: Value) -> datetime | None:
    """A moment of the report, or of ISO 8601, in UTC; None for "never" in any of its spellings."""
    if not isinstance(text, str) or text in NEVER:
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def is_true(value: Value) -> bool:
    """A boolean, as such or in the report's spelling."""
    return value is True or str(value).lower() == "true"


def active_keys(user: Resource, estate: Estate) -> list[datetime | None] | Unknown:
    """When each active access key of a user was made."""
    keys = user.get("AccessKeys")
    if isinstance(keys, list):
        gaps = unknowns_in(keys)
        if gaps:
            return gaps[0]
        if not all(isinstance(key, Mapping) for key in keys):
            return Unknown("not a list of access keys")
        return [parse_time(key.get("CreateDate")) for key in keys if key.get("Status") == "Active"]
    row = report_row(user, estate)
    if isinstance(row, Unknown):
        return keys if isinstance(keys, Unknown) else row
    return [
        parse_time(row.get(f"access_key_{number}_last_rotated"))
        for number in (1, 2)
        if is_true(row.get(f"access_key_{number}_active"))
    ]


def credentials(row: Row) -> Iterator[Credential]:
    """The password and the active access keys of a row."""
    if is_true(row.get("password_enabled")):
        made = parse_time(row.get("password_last_changed")) or parse_time(row.get("user_creation_time"))
        yield Credential("the password", made, parse_time(row.get("password_last_used")))
    for number in (1, 2):
        prefix = f"access_key_{number}"
        if is_true(row.get(f"{prefix}_active")):
            made, used = row.get(f"{prefix}_last_rotated"), row.get(f"{prefix}_last_used_date")
            yield Credential(f"access key {number}", parse_time(made), parse_time(used))


def judge_unused(user: Resource, estate: Estate, days: int) -> Verdict:
    """FAIL when an active credential was not used for more than ``days`` (never used: since it was made)."""
    row, today = report_row(user, estate), now(estate)
    if isinstance(row, Unknown):
        return unknown(row)
    if isinstance(today, Unknown):
        return unknown(today)
    answer = PASS
    for one in credentials(row):
        since = one.used or one.made
        if since is None:
            answer = unknown(f"the report does not say when {one.name} was made or used")
        elif (today - since).days > days:
            return fail(f"{one.name} was not used for {(today - since).days} days")
    return answer


def judge_key_age(user: Resource, estate: Estate, days: int) -> Verdict:
    """FAIL when an active access key is older than ``days``."""
    keys, today = active_keys(user, estate), now(estate)
    if isinstance(keys, Unknown):
        return unknown(keys, "AccessKeys")
    if not keys:
        return PASS
    if isinstance(today, Unknown):
        return unknown(today, "AccessKeys")
    ages = [(today - made).days for made in keys if made]
    if ages and max(ages) > days:
        return fail(f"an active access key is {max(ages)} days old", "AccessKeys")
    return PASS if len(ages) == len(keys) else unknown("the age of an access key is not known", "AccessKeys")
