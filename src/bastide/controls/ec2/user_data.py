"""What stands in user data, which everybody who may describe the instance can read: private keys, access keys.

The one idea: user data is base64; text that is none is read as it is. The secret itself is never told.

Source: Amazon EC2 User Guide, "Run commands when you launch an EC2 instance with user data input".
"""

from __future__ import annotations

import base64
import binascii
import re

from bastide.model import PASS, Resource, Unknown, Verdict, fail, not_applicable, unknown

SECRETS = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY"),
    "an access key": re.compile(r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])"),
}


def judge_user_data(resource: Resource, path: str) -> Verdict:
    """FAIL when the user data at ``path`` hold a secret; UNKNOWN when they could not be read."""
    data = resource.get(path)
    if isinstance(data, Unknown):
        return unknown(data, path)
    if data is None:
        return not_applicable("no user data are given here")
    if not isinstance(data, str):
        return unknown("not user data", path)
    found = next((name for name, pattern in SECRETS.items() if pattern.search(decoded(data))), None)
    return fail(f"the user data hold {found}", path) if found else PASS


def decoded(data: str) -> str:
    """The text behind base64, or the text itself where it is none."""
    padded = "".join(data.split())
    try:
        return base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True).decode(errors="replace")
    except (binascii.Error, ValueError):
        return data
