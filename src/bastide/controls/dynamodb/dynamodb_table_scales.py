"""A table takes on as much as is asked of it: on demand, or by automatic scaling of reads and of writes.

Its global secondary indexes have capacity of their own, and scale as the table has to.
"""

from collections.abc import Iterator, Mapping

from bastide.controls.control import control
from bastide.controls.lookup import elements_of, number
from bastide.controls.neighbours import beside, unplaced
from bastide.controls.parameter import Parameter
from bastide.model import PASS, Estate, Resource, Status, Unknown, Verdict, fail, unknown
from bastide.model.provisional import tokens_in

TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
PATH = "BillingMode"
INDEXES = "GlobalSecondaryIndexes"
READ, WRITE = "ReadCapacityUnits", "WriteCapacityUnits"
LIMITS = {READ: "read", WRITE: "write"}


@control(
    title="DynamoDB tables scale with what is asked of them",
    resource_type="AWS::DynamoDB::Table",
    severity="medium",
    maps_to=("FSBP:DynamoDB.1", "NIST-800-53r5:CP-2(2)", "NIST-800-53r5:SC-5(2)"),
    source="AWS Security Hub User Guide, DynamoDB.1; AWS Config Developer Guide, dynamodb-autoscaling-enabled",
    remediation="Bill the table by request, or register its read and write capacity with Application Auto Scaling.",
    reads=(TARGET,),
    config_rule="dynamodb-autoscaling-enabled",
    heal={"BillingMode": "PAY_PER_REQUEST"},
    parameters=(
        Parameter("minProvisionedReadCapacity", "integer", None, "the least that reads may scale down to"),
        Parameter("minProvisionedWriteCapacity", "integer", None, "the least that writes may scale down to"),
    ),
    properties=("BillingMode", "GlobalSecondaryIndexes"),
)
def dynamodb_table_scales(
    table: Resource,
    estate: Estate,
    *,
    min_provisioned_read_capacity: int | None,
    min_provisioned_write_capacity: int | None,
) -> Verdict:
    """FAIL when capacity is provisioned and reads or writes of the table, or of one of its indexes, do not scale."""
    mode = table.get(PATH)
    if isinstance(mode, Unknown):
        return unknown(mode, PATH)
    if mode == "PAY_PER_REQUEST":
        return PASS
    asked = {READ: min_provisioned_read_capacity or 0, WRITE: min_provisioned_write_capacity or 0}
    verdicts = [_of_table(table, estate, asked), *_of_indexes(table, estate, asked)]
    failed = next((one for one in verdicts if one.status is Status.FAIL), None)
    return failed or next((one for one in verdicts if one is not PASS), PASS)


def _of_table(table: Resource, estate: Estate, asked: Mapping[str, int]) -> Verdict:
    return _of_place(table, estate, "table", f"table/{table.id}", asked)


def _of_indexes(table: Resource, estate: Estate, asked: Mapping[str, int]) -> Iterator[Verdict]:
    """A verdict for each global secondary index; UNKNOWN for one whose name was not read."""
    indexes = elements_of(table.get(INDEXES))
    if isinstance(indexes, Unknown):
        yield unknown(indexes, INDEXES)
        return
    for index in indexes:
        name = index.get("IndexName") if isinstance(index, Mapping) else index
        if isinstance(name, str):
            yield _of_place(table, estate, "index", f"table/{table.id}/index/{name}", asked)
        else:
            yield unknown(name if isinstance(name, Unknown) else "an index has no name", INDEXES)


def _of_place(table: Resource, estate: Estate, kind: str, place: str, asked: Mapping[str, int]) -> Verdict:
    """FAIL when the reads or the writes of the table or the index do not scale."""
    targets = _targets(table, estate, kind, place)
    if isinstance(targets, Unknown):
        return unknown(targets, PATH)
    verdicts = [_of_dimension(kind, name, least, targets) for name, least in asked.items()]
    failed = next((one for one in verdicts if one.status is Status.FAIL), None)
    lost = unplaced(table, estate, TARGET, "ResourceId") if failed is not None else None
    if lost is not None:
        return unknown(lost, PATH)
    return failed or next((one for one in verdicts if one is not PASS), PASS)


def _targets(table: Resource, estate: Estate, kind: str, place: str) -> tuple[Resource, ...] | Unknown:
    """The targets of the table or the index; of a plan, which knows no more than the reference, also the table's."""
    named = beside(table, estate, TARGET, "ResourceId", place)
    if kind == "index" or not tokens_in(table.id):
        return named
    referring = beside(table, estate, TARGET, "ResourceId", table.id)
    if isinstance(named, Unknown) or isinstance(referring, Unknown):
        return referring if isinstance(named, Unknown) else named
    return named + referring


def _of_dimension(kind: str, dimension: str, least: int, targets: tuple[Resource, ...]) -> Verdict:
    """Whether one of the targets is of the dimension, and does not scale down too far."""
    doubt: Unknown | None = None
    for target in targets:
        found = [target.get("ScalableDimension"), *_least(target, least)]
        gap = next((one for one in found if isinstance(one, Unknown)), None)
        if gap is not None:
            doubt = gap
        elif found[0] == f"dynamodb:{kind}:{dimension}" and all(one >= least for one in found[1:]):
            return PASS
    if doubt is not None:
        return unknown(doubt, PATH)
    whose = "" if kind == "table" else " of an index"
    return fail(f"{LIMITS[dimension]} capacity{whose} is provisioned and does not scale as it should", PATH)


def _least(target: Resource, least: int) -> Iterator[float | Unknown]:
    if least:
        yield number(target.get("MinCapacity"))
