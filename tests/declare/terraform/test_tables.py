"""The tables of Terraform's types hold together with the registry and with each other."""

import pytest

from bastide.declare.shaping.converters import CONVERTERS
from bastide.declare.templates.registry import known_type
from bastide.declare.terraform.expand import EXPANSIONS
from bastide.declare.terraform.tables import shaping_of, tables
from tests.declare.targets import wrong_targets

OURS = frozenset(
    {
        "Grants",
        "Entries",
        "MfaDelete",
        "Recording",
        "PublicIp",
        "SubnetIds",
        "AccountIds",
        "DesyncMitigationMode",
        "ReplicationGroupId",
        "IsDefault",
    }
)  # properties of Bastide's own beside the registry's
# Properties of one type alone.
OF_ONE = {
    "AWS::ACMPCA::CertificateAuthority": frozenset({"Status"}),
    "AWS::WAF::WebACL": frozenset({"LogDestinationConfigs"}),
}
# Types that no template makes.
OUTSIDE = ("AWS::RDS::DBSnapshot",)


@pytest.mark.parametrize("name", sorted(tables()))
def test_every_target_of_a_table_is_in_the_registrys_schema(name: str) -> None:
    shaping = shaping_of(name)
    table = shaping.table
    if table.type.startswith("Bastide::") or table.type in OUTSIDE:
        return
    assert known_type(table.type), table.type
    assert list(wrong_targets(shaping, OURS | OF_ONE.get(table.type, frozenset()))) == []


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
