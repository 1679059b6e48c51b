"""Requests of which nobody knows whether AWS performed them: the connection broke, or the answer was a server error.

One idea: botocore sends such a request again, and a call that makes something without a client token would make it
twice. Those are not sent again; their caller looks at what is there first. Every other error that follows a doubtful
attempt says so (``in_doubt``), for "exists already" then means that we made it.
Source: Amazon EC2 Developer Guide, "Ensuring idempotency in Amazon EC2 API requests".
"""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)

# The request was sent, and its answer did not come or not wholly.
LOST = (ConnectionClosedError, ReadTimeoutError, ResponseStreamingError, IncompleteReadError)
MARK = "BastideInDoubt"
_MAKES = re.compile(r"(Create|Allocate|Run|Import|Copy|Register|Request)[A-Z]")
_SERVER_ERRORS = (500, 502, 504)  # 503 is a refusal


def register(client: Any) -> None:
    """Look at every attempt of a client before botocore decides whether to repeat it."""
    service = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register_first(f"needs-retry.{service}", _look, "bastide-doubt")


def in_doubt(error: Exception) -> bool:
    """Whether the failed call, or an earlier attempt at it, may have been performed all the same."""
    if isinstance(error, ClientError):
        return bool(error.response.get("ResponseMetadata", {}).get(MARK))
    return isinstance(error, LOST)


def _look(response: Any, caught_exception: Any, request_dict: dict[str, Any], operation: Any, **_: Any) -> bool | None:
    """False where the attempt must not be repeated; None leaves the decision to botocore."""
    context = request_dict["context"]
    status = response[0].status_code if response is not None else 0
    if isinstance(caught_exception, LOST) or status in _SERVER_ERRORS:
        context[MARK] = True
    if not context.get(MARK):
        return None
    if status >= 300:
        response[1].setdefault("ResponseMetadata", {})[MARK] = True
    return False if _MAKES.match(operation.name) and not operation.idempotent_members else None
