"""Architectures for tests, made from plain values."""

from __future__ import annotations

import copy
from typing import Any

from bastide.assess import Exemption, exempted, run
from bastide.controls import all_controls
from bastide.declare.architecture import Architecture
from bastide.declare.expand import Known, expand
from bastide.declare.expansion.accepted import accepted
from bastide.model import Estate, Status

MANAGEMENT = "123456789012"
SMALL: dict[str, Any] = {
    "organization": "acme",
    "emails": "aws+{account}@acme.example",
    "regions": {"home": "eu-west-1"},
    "ous": {
        "security": {"accounts": ["log-archive", "audit"]},
        "workloads": {"network": True, "prod": {"accounts": ["shop"]}, "dev": {"accounts": ["shop-dev"]}},
    },
}


def small(**changes: Any) -> dict[str, Any]:
    """A small architecture as the file would say it, with some of its keys replaced."""
    return {**copy.deepcopy(SMALL), **changes}


def expanded(value: dict[str, Any] | None = None, *, today: str = "", **known: Any) -> Estate:
    """What an architecture declares."""
    return expand(Architecture.model_validate(value or SMALL), Known(MANAGEMENT, **known), today=today)


def objections(estate: Estate) -> list[tuple[str, str]]:
    """What the shipped controls say against an estate of acme, after what the platform and the example accept."""
    known = [Exemption(one.control, "*", one.why, "", one.resources) for one in accepted("acme")]
    known.append(Exemption("ec2-vpc-endpoint-*", "*", "as in examples/acme.yaml", ""))
    found = exempted(run(estate, all_controls()), known, estate.organization, "")
    return [(one.control, str(one.resource)) for one in found.findings if one.status is Status.FAIL]
