"""Which trails take a record: their Regions, whether they log, and their event selectors.

One idea: the answer is written into the record's line when the call is made, so a delivery asks nobody later. A trail's
definition is parsed once whenever trails or the organization change.
Source: AWS CloudTrail User Guide, "Logging management events", "Logging data events", "Filtering data events by using
advanced event selectors"; CloudTrail API Reference, EventSelector, AdvancedFieldSelector.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.trail.names import GLOBAL_SERVICE_EVENTS

# Field of an advanced selector → its values in this event.
Fields = Mapping[str, tuple[str, ...]]

_EVERYTHING: tuple[dict[str, Any], ...] = ({"ReadWriteType": "All", "IncludeManagementEvents": True},)


@dataclass(frozen=True)
class TrailView:
    """A trail as its owner set it up. `members` are the accounts whose events it takes."""

    arn: str
    name: str
    account: str
    region: str
    bucket: str
    prefix: str
    kms_key: str
    topic_arn: str
    log_group_arn: str
    organization: str
    members: frozenset[str]
    multi_region: bool
    with_global: bool
    validated: bool
    logging: bool
    basic: tuple[dict[str, Any], ...]
    advanced: tuple[dict[str, Any], ...] = field(default=())

    def reaches(self, account: str, region: str, source: str) -> bool:
        """Whether events of this account, Region and service can come to it at all."""
        if not self.logging or account not in self.members:
            return False
        if source in GLOBAL_SERVICE_EVENTS and region == "us-east-1" and not self.with_global:
            return False
        return self.multi_region or region == self.region

    def takes(self, fields: Fields) -> bool:
        """Whether its selectors ask for the event."""
        if self.advanced:
            return any(_all_match(selector, fields) for selector in self.advanced)
        return any(_is_selected(selector, fields) for selector in self.basic)

    def wants_data(self, kind: str) -> bool:
        """Whether any selector asks for data events of this resource type."""
        if self.advanced:
            return any(_names_type(selector, kind) for selector in self.advanced)
        return any(row.get("Type") == kind for selector in self.basic for row in selector.get("DataResources") or [])


def list_trails() -> tuple[TrailView, ...]:
    """All trails of the sandbox that is active, in the order of their ARNs."""
    found = [
        _view(trail)
        for account in list(moto.backend_dict("cloudtrail").values())
        for backend in list(account.values())
        for trail in list(backend.trails.values())
    ]
    return tuple(sorted(found, key=lambda trail: trail.arn))


def _view(trail: Any) -> TrailView:
    organization, members = _organization(trail) if trail.is_org_trail else ("", frozenset({trail.account_id}))
    return TrailView(
        arn=trail.arn,
        name=trail.trail_name,
        account=trail.account_id,
        region=trail.region_name,
        bucket=trail.bucket_name,
        prefix=trail.s3_key_prefix or "",
        kms_key=trail.kms_key_id or "",
        topic_arn=trail.topic_arn or "",
        log_group_arn=trail.cw_log_group_arn or "",
        organization=organization,
        members=members,
        multi_region=bool(trail.is_multi_region),
        with_global=trail.include_global_service_events is not False,
        validated=bool(trail.log_validation),
        logging=bool(trail.status.is_logging),
        basic=tuple(trail.event_selectors) or (() if trail.advanced_event_selectors else _EVERYTHING),
        advanced=() if trail.event_selectors else tuple(trail.advanced_event_selectors),
    )


def _organization(trail: Any) -> tuple[str, frozenset[str]]:
    masters = moto.backend_dict("organizations").master_accounts
    master = masters.get(trail.account_id, (trail.account_id,))[0]
    backend = moto.backend("organizations", master, "aws")
    if backend.org is None:
        return "", frozenset({trail.account_id})
    members = {str(account.id) for account in backend.accounts if account.status == "ACTIVE"}
    return str(backend.org.id), frozenset(members | {master})


# ── basic selectors ─────────────────────────────────────────────────────────────────────────────────────────────────


def _is_selected(selector: Mapping[str, Any], fields: Fields) -> bool:
    wanted = selector.get("ReadWriteType") or "All"
    read = fields["readOnly"] == ("true",)
    if wanted != "All" and (wanted == "ReadOnly") is not read:
        return False
    if fields["eventCategory"] == ("Management",):
        excluded = selector.get("ExcludeManagementEventSources") or []
        return selector.get("IncludeManagementEvents", True) is not False and fields["eventSource"][0] not in excluded
    kinds, arns = fields["resources.type"], fields["resources.ARN"]
    for row in selector.get("DataResources") or []:
        if row.get("Type") in kinds and any(_begins(arn, row.get("Values") or []) for arn in arns):
            return True
    return False


def _begins(arn: str, prefixes: list[str]) -> bool:
    """`arn:aws:s3` and `arn:aws:lambda` stand for all; a bucket's prefix ends with its slash."""
    return any(arn == prefix or arn.startswith(prefix) for prefix in prefixes)


# ── advanced selectors ──────────────────────────────────────────────────────────────────────────────────────────────

_TESTS: dict[str, Callable[[str, str], bool]] = {
    "Equals": str.__eq__,
    "StartsWith": str.startswith,
    "EndsWith": str.endswith,
}


def _rows(selector: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for row in selector.get("FieldSelectors") or []:
        yield str(row.get("Field")), row


def _all_match(selector: Mapping[str, Any], fields: Fields) -> bool:
    return all(_matches(row, fields.get(name, ())) for name, row in _rows(selector))


def _matches(row: Mapping[str, Any], values: tuple[str, ...]) -> bool:
    """The positive operators are alternatives, the negated ones must all hold."""
    for operator, test in _TESTS.items():
        if any(test(value, pattern) for value in values for pattern in row.get(f"Not{operator}") or []):
            return False
    positive = [(test, pattern) for operator, test in _TESTS.items() for pattern in row.get(operator) or []]
    return not positive or any(test(value, pattern) for value in values for test, pattern in positive)


def _names_type(selector: Mapping[str, Any], kind: str) -> bool:
    rows = dict(_rows(selector))
    return kind in (rows.get("resources.type", {}).get("Equals") or [])


@dataclass
class Audience:
    """All trails, and answers to the same question kept until something changes."""

    trails: tuple[TrailView, ...] = ()
    _simple: dict[tuple[str, str, str, bool], tuple[str, ...]] = field(default_factory=dict)

    @property
    def logging(self) -> tuple[TrailView, ...]:
        """The trails that log."""
        return tuple(trail for trail in self.trails if trail.logging)

    def wants_data(self, kind: str) -> bool:
        """Whether any logging trail asks for data events of the type."""
        return any(trail.wants_data(kind) for trail in self.trails if trail.logging)

    def of_management(self, account: str, region: str, source: str, read: bool, fields: Fields) -> tuple[str, ...]:
        """The ARNs of the trails that take a management event."""
        if not self.trails:
            return ()
        key = (account, region, source, read)
        found = self._simple.get(key)
        if found is None:
            found = self._pick(account, region, source, fields)
            # Advanced selectors may look at the name and the caller too: no two questions are the same.
            if not any(trail.advanced for trail in self.trails):
                self._simple[key] = found
        return found

    def of_data(self, account: str, region: str, source: str, fields: Fields) -> tuple[str, ...]:
        """The ARNs of the trails that take a data event."""
        return self._pick(account, region, source, fields)

    def _pick(self, account: str, region: str, source: str, fields: Fields) -> tuple[str, ...]:
        return tuple(
            trail.arn for trail in self.trails if trail.reaches(account, region, source) and trail.takes(fields)
        )
