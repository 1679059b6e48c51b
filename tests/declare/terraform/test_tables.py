"""The tables of Terraform's types hold together with the registry and with each other."""

from collections.abc import Mapping
from typing import Any

import pytest

from bastide.declare.shaping import Shaping
from bastide.declare.shaping.converters import CONVERTERS
from bastide.declare.templates.registry import known_type
from bastide.declare.terraform.expand import EXPANSIONS
from bastide.declare.terraform.tables import shaping_of, tables

OURS = {"Grants", "Entries", "MfaDelete", "Recording"}  # properties of Bastide's own beside the registry's
OUTSIDE = ("AWS::EC2::Snapshot", "AWS::RDS::DBSnapshot", "AWS::RDS::DBClusterSnapshot")  # types that no template makes


def schema_around(shaping: Shaping, path: str) -> Mapping[str, Any]:
    """The schema of the object that the values beside ``path`` are laid into."""
    table = shaping.table
    around = table.inside or table.item
    schema = shaping.at(shaping.schema, around) if around else shaping.schema
    parts = path.split(".")[:-1]
    for count in range(1, len(parts) + 1):
        above = ".".join(parts[:count])
        row = table.rows.get(above)
        target = row.target if row else shaping.target(parts[count - 1], resolved(shaping, schema))
        if target == ".":
            continue
        schema = (
            shaping.at(shaping.schema, target.lstrip("/")) if target.startswith("/") else shaping.at(schema, target)
        )
    return resolved(shaping, schema)


def resolved(shaping: Shaping, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of the members where it is one of a list."""
    found = shaping.shaper.resolved(schema)
    return shaping.shaper.resolved(found.get("items", {})) if found.get("type") == "array" else found


@pytest.mark.parametrize("name", sorted(tables()))
def test_every_target_of_a_table_is_in_the_registrys_schema(name: str) -> None:
    shaping = shaping_of(name)
    table = shaping.table
    if table.type.startswith("Bastide::") or table.type in OUTSIDE:
        return
    assert known_type(table.type), table.type
    for path, row in table.rows.items():
        target = row.target.lstrip("/")
        if target in ("", ".") or target.rpartition(".")[2] in OURS:
            continue
        if shared_row_of_another_type(shaping, path):
            continue
        base = shaping.schema if row.target.startswith("/") else schema_around(shaping, path)
        assert shaping.at(base, target), f"{path}: {row.target}"
    for path in table.set:
        assert shaping.at(shaping.schema, path), path


def shared_row_of_another_type(shaping: Shaping, path: str) -> bool:
    """A row that several types share, whose block this one has not."""
    above = path.rpartition(".")[0]
    return bool(above) and not schema_around(shaping, path)


def test_tables_name_only_conversions_and_expansions_that_exist() -> None:
    for name, table in tables().items():
        for path, row in table.rows.items():
            assert not row.converter or row.converter in CONVERTERS, (name, path)
        assert not table.expand or table.expand[0] in EXPANSIONS, name
        if table.expand[:1] == ("beside",):
            assert table.expand[1] in tables(), name


def test_at_least_two_hundred_types_are_read_and_a_part_names_its_owner() -> None:
    assert len(tables()) >= 200
    for name, table in tables().items():
        assert not table.part or table.by or name == "aws_ebs_default_kms_key", name
