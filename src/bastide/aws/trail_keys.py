"""The public keys of CloudTrail's digests, as the service gives them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bastide.aws.failure import ClientError
from bastide.aws.session import Target
from bastide.errors import TargetError

# A key signs for a while after its validity has ended, and digests are delivered late.
_MARGIN = timedelta(hours=2)


def list_public_keys(target: Target, region: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """The rows of ListPublicKeys for a time, in the trail's home Region. Raises TargetError."""
    client: Any = target.client("cloudtrail", target.home_account, region)
    wanted: dict[str, Any] = {"StartTime": since - _MARGIN, "EndTime": until + _MARGIN}
    rows: list[dict[str, Any]] = []
    try:
        while True:
            page = client.list_public_keys(**wanted)
            rows += page["PublicKeyList"]
            if not page.get("NextToken"):
                return rows
            wanted["NextToken"] = page["NextToken"]
    except ClientError as wrong:
        raise TargetError(
            f"the digests' public keys cannot be listed: {wrong}", region, "allow cloudtrail:ListPublicKeys, or --keys"
        ) from wrong
