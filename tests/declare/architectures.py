"""Architectures for tests, made from plain values."""

from __future__ import annotations

import copy
from typing import Any

from bastide.declare.architecture import Architecture
from bastide.declare.expand import Known, expand
from bastide.model import Estate

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
