"""Versions of Kubernetes: two numbers, compared as such (1.9 is older than 1.30)."""

from __future__ import annotations

import re

from bastide.controls.lookup import text
from bastide.model import PASS, Unknown, Value, Verdict, fail, unknown

VERSION = re.compile(r"v?(\d+)\.(\d+)(?:[.\-].*)?")
# The oldest version in standard support. Source: AWS Security Hub User Guide, EKS.2, as of July 2026.
OLDEST = "1.34"


def parse_version(value: Value) -> tuple[int, int] | Unknown:
    """Major and minor number; Unknown for what is no version."""
    found = text(value)
    if isinstance(found, Unknown):
        return found
    match = VERSION.fullmatch(found)
    return (int(match[1]), int(match[2])) if match else Unknown("not a version of Kubernetes")


def judge_version(value: Value, oldest: str, path: str) -> Verdict:
    """FAIL for a version before the oldest one that is supported."""
    version, least = parse_version(value), parse_version(oldest)
    if isinstance(version, Unknown):
        return unknown(version, path)
    if isinstance(least, Unknown):
        return unknown(least, path)
    return PASS if version >= least else fail(f"Kubernetes {value} is not in standard support", path)
