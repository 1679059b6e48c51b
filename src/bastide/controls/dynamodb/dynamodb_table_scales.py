"""A table takes on as much as is asked of it: on demand, or by automatic scaling of reads and of writes."""

from collections.abc import Iterator

from bastide.controls.control import control
from bastide.controls.lookup import number
from bastide.controls.neighbours import beside
from bastide.controls.parameter import Parameter
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
PATH = "BillingMode"
READ, WRITE = "dynamodb:table:ReadCapacityUnits", "dynamodb:table:WriteCapacityUnits"
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
    properties=("BillingMode",),
)
def dynamodb_table_scales(
    table: Resource,
    estate: Estate,
    *,
    min_provisioned_read_capacity: int | None,
    min_provisioned_write_capacity: int | None,
) -> Verdict:
    """FAIL when capacity is provisioned and reads or writes do not scale."""
    mode = table.get(PATH)
    if isinstance(mode, Unknown):
        return unknown(mode, PATH)
    if mode == "PAY_PER_REQUEST":
        return PASS
    targets = beside(table, estate, TARGET, "ResourceId", f"table/{table.id}")
    if isinstance(targets, Unknown):
        return unknown(targets, PATH)
    asked = {READ: min_provisioned_read_capacity or 0, WRITE: min_provisioned_write_capacity or 0}
    verdicts = [_of_dimension(dimension, least, targets) for dimension, least in asked.items()]
    failed = next((one for one in verdicts if one.status.value == "FAIL"), None)
    return failed or next((one for one in verdicts if one is not PASS), PASS)


def _of_dimension(dimension: str, least: int, targets: tuple[Resource, ...]) -> Verdict:
    """Whether one of the targets is of the dimension, and does not scale down too far."""
    doubt: Unknown | None = None
    for target in targets:
        found = [target.get("ScalableDimension"), *_least(target, least)]
        gap = next((one for one in found if isinstance(one, Unknown)), None)
        if gap is not None:
            doubt = gap
        elif found[0] == dimension and all(one >= least for one in found[1:]):
            return PASS
    if doubt is not None:
        return unknown(doubt, PATH)
    return fail(f"{LIMITS[dimension]} capacity is provisioned and does not scale as it should", PATH)


def _least(target: Resource, least: int) -> Iterator[float | Unknown]:
    if least:
        yield number(target.get("MinCapacity"))
