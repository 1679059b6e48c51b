"""What a parameter of a database is: by its parameter group, else by the default of the engine's family.

The one idea: a group states only what differs from its family, so that the family's default counts where it is silent;
a default that differs between versions is Unknown where the version is. Whether a change is in force yet is known of a
running database only.

Source: Amazon RDS User Guide, "Requiring an SSL/TLS connection"; Amazon Aurora User Guide, "Advanced Auditing".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bastide.controls.lookup import text
from bastide.controls.neighbours import beside
from bastide.controls.rds.engines import excluded
from bastide.model import PASS, Estate, Resource, Unknown, Value, Verdict, fail, not_applicable, unknown

GROUP, CLUSTER_GROUP = "AWS::RDS::DBParameterGroup", "AWS::RDS::DBClusterParameterGroup"
STATUS = "ParameterGroupStatus"  # observed: in-sync, applying, pending-reboot
ON = ("1", "on", "true", "yes")
VERSION = re.compile(r"(\d+)(?:\.(\d+))?")
UNSAID = Unknown("which version of the engine it is, is not said, and with it the default")
Defaults = Callable[[tuple[int, int] | None], str | Unknown]  # of a version; None where that is not known


@dataclass(frozen=True)
class Parameter:
    """A parameter by name, the property and type of the group that states it, and its default by version."""

    name: str
    default: Defaults
    path: str = "DBParameterGroupName"
    group: str = GROUP


def always(value: str) -> Defaults:
    """A default that is the same in every version."""
    return lambda version: value


def since(least: tuple[int, int]) -> Defaults:
    """A default that is on from a version on, and off before."""

    def default(version: tuple[int, int] | None) -> str | Unknown:
        return UNSAID if version is None else "1" if version >= least else "0"

    return default


def judge_parameter(database: Resource, estate: Estate, parameter: Parameter, reason: str) -> Verdict:
    """FAIL for ``reason`` when the parameter is off, or what its group says is not in force yet."""
    status = database.get(STATUS)
    if isinstance(status, Unknown):
        return unknown(status, STATUS)
    if status not in (None, "in-sync"):
        return fail("what the parameter group says is not in force yet", STATUS)
    value = value_of(database, estate, parameter)
    if isinstance(value, Unknown):
        return unknown(value, parameter.path)
    return PASS if value.lower() in ON else fail(reason, parameter.path)


def judge_tls(instance: Resource, estate: Estate, engines: Iterable[str], parameter: Parameter) -> Verdict:
    """FAIL when an instance of one of the engines lets clients in without TLS; those of a cluster are not judged."""
    other = excluded(instance, tuple(engines), "the engine is another")
    if other is not None:
        return other
    cluster = instance.get("DBClusterIdentifier")
    if isinstance(cluster, Unknown):
        return unknown(cluster, "DBClusterIdentifier")
    if cluster:
        return not_applicable("it is an instance of a cluster")
    return judge_parameter(instance, estate, parameter, "clients may connect without TLS")


def value_of(database: Resource, estate: Estate, parameter: Parameter) -> str | Unknown:
    """The parameter's value; Unknown where its group is not in the estate or does not tell."""
    name = database.get(parameter.path)
    if isinstance(name, Unknown):
        return name
    if not isinstance(name, str) or not name:
        return parameter.default(parse_version(database.get("EngineVersion")))
    if name.startswith("default."):
        return parameter.default(parse_version(name))
    groups = beside(database, estate, parameter.group, "", name)
    if isinstance(groups, Unknown):
        return groups
    if not groups:
        return Unknown(f"parameter group {name} is not in the estate")
    stated = groups[0].get("Parameters")
    if isinstance(stated, Unknown):
        return stated
    value: Value = stated.get(parameter.name) if isinstance(stated, Mapping) else None
    return parameter.default(parse_version(groups[0].get("Family"))) if value is None else text(value)


def parse_version(value: Value) -> tuple[int, int] | None:
    """The first two numbers of a version, or of a family's name: ``default.postgres15`` is 15.0."""
    found = VERSION.search(str(value)) if isinstance(value, str | int | float) else None
    return (int(found[1]), int(found[2] or 0)) if found else None
