"""Values whose shape pydantic would refuse in words that help nobody: lists of accounts, units, ranges of addresses.

What is raised says what is wrong, how to fix it (``fix``) and how far inside the value it stands (``at``);
``problems.py`` makes a Problem of it.
"""

from __future__ import annotations

import json
from ipaddress import IPv4Network
from typing import Any

from pydantic_core import PydanticCustomError

SAID = "said"  # the type of errors that bring their own words
UNIT_LENGTH = 128  # Source: AWS Organizations API Reference, CreateOrganizationalUnit
SHOWN = 5  # wrong names in one message


def said(what: str, fix: str, *at: str | int) -> PydanticCustomError:
    """An error in our own words, to be raised; ``at``: the path from the value that is checked to what is wrong."""
    # Braces would be taken for places to fill in: the sentence itself is what is filled in.
    return PydanticCustomError(SAID, "{what}", {"what": what, "fix": fix, "at": at})


def accounts_of(value: Any) -> Any:
    """Accounts by name: a list of names has empty entries, an entry without anything is empty.

    Raises:
        PydanticCustomError: neither a list nor a mapping; names that are no text; a name that stands twice.
    """
    if isinstance(value, dict):
        return {name: {} if item is None else item for name, item in value.items()}
    if not isinstance(value, list):
        what = f"a list of account names is expected here, not {written(value)}"
        raise said(what, "write accounts: [shop], or leave the key out", "accounts")
    wrong = [(index, item) for index, item in enumerate(value) if not isinstance(item, str)]
    if wrong:
        texts = " and ".join(written(item) for _, item in wrong[:SHOWN]) + (" and more" if len(wrong) > SHOWN else "")
        raise said(f"account names are text, not {texts}", 'quote them ("1"), or remove them', "accounts", wrong[0][0])
    made: dict[str, Any] = {}
    for index, name in enumerate(value):
        if name in made:
            raise said(f"the account name {name!r} stands twice here", "keep one of them", "accounts", index)
        made[name] = {}
    return made


def unit_name(name: str) -> str:
    """The name of a unit as it is.

    Raises:
        PydanticCustomError: AWS would not take it, or a path could not tell it.
    """
    if not name.strip() or len(name) > UNIT_LENGTH:
        raise said(f"the unit's name {name!r:.60} has {len(name.strip())} characters", f"write 1 to {UNIT_LENGTH}")
    if "/" in name or not name.isprintable():
        what = f"{name!r:.60} cannot be a unit's name: a slash parts the units of a path"
        raise said(what, "write it without / and without control characters")
    return name


def written(value: Any) -> str:
    """A value about as the file has it, at most 60 characters."""
    return json.dumps(value, ensure_ascii=False, default=str)[:60]


def parse_range(value: Any) -> IPv4Network | None:
    """The range of addresses that a text says.

    Raises:
        PydanticCustomError: it says none, or an address inside a range instead of the range.
    """
    if value is None or isinstance(value, IPv4Network):
        return value
    text = value.strip() if isinstance(value, str) else ""
    try:
        found = IPv4Network(text, strict=False)
    except ValueError:
        raise said(f"{written(value)} is not a range of IPv4 addresses", "write one such as 10.0.0.0/8") from None
    if "/" not in text:
        raise said(f"{text} is an address, not a range", "say how long its prefix is, such as 10.0.0.0/8")
    if text.partition("/")[0] != str(found.network_address):
        raise said(f"host bits are set in {text}", f"did you mean {found}?")
    return found
