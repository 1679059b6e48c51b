"""What of a property a finding may show: never a secret, never a whole document.

The one idea: masking by name, at every depth, since nothing in a value tells a password from a name.
"""

from __future__ import annotations

from collections.abc import Mapping

from bastide.model import Resource, Unknown, Value

MASKED = "(not shown)"
# Lower-case property names whose values may be secret, wherever they stand.
SECRET = frozenset({
    "userdata", "environment", "environmentvariables", "variables", "masteruserpassword", "password", "secretstring",
    "secretaccesskey", "authtoken", "privatekey", "token", "secret", "connectionstring", "plaintext", "loginprofile",
})  # fmt: skip
LONGEST = 2000  # characters of a rendered value; longer ones say how long they are


def shown_value(resource: Resource, path: str) -> Value:
    """The value at ``path`` as a finding may carry it: a JSON value without secrets; None when absent or Unknown."""
    if not path:
        return None
    if any(part.lower() in SECRET for part in path.split(".")):
        return MASKED
    value = masked(resource.get(path))
    return value if len(str(value)) <= LONGEST else f"({len(str(value))} characters)"


def masked(value: Value) -> Value:
    """A copy without secrets, and with None for what is Unknown."""
    if isinstance(value, Unknown):
        return None
    if isinstance(value, Mapping):
        return {key: MASKED if str(key).lower() in SECRET else masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked(item) for item in value]
    return value
