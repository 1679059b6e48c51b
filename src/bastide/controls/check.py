"""What a compiled check is: a function from a value, its path and the scene to a Verdict."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from bastide.model import Estate, Resource, Unknown, Value, Verdict

NO_ESTATE = Estate()
NEW = ("declared", "template")  # sources of resources that are yet to be made


class Scene(NamedTuple):
    """What a check may look at beside the value: the resource and the estate it lies in."""

    resource: Resource
    estate: Estate = NO_ESTATE


Check = Callable[[Value, str, Scene], Verdict]
Answer = Callable[[Value], bool | Unknown]
