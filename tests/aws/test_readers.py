"""Readers: every table names calls, answers and properties that exist; resources come in registry shape."""

import importlib.util
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import boto3
import jmespath
import pytest
import yaml
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.session import Session
from moto import mock_aws

from bastide.aws.handler import Connection
from bastide.aws.readers import Reader, readers
from bastide.aws.readers.reader import _batches
from bastide.aws.readers.shape import shaped
from bastide.aws.readers.table import Step
from bastide.aws.registry import handlers
from bastide.model import Unknown

READERS = readers()
PLACE = "eu-west-1"
TOOL = Path(__file__).parents[2] / "tools" / "distil_shapes.py"


class At:
    """One account and region of moto; counts its calls."""

    account = management_account = "123456789012"
    region = PLACE
    partition = "aws"

    def __init__(self, denied: str = "") -> None:
        self.calls: list[str] = []
        self._answers: dict[str, Any] = {}
        self._denied = denied

    def client(self, service: str, region: str = "") -> Any:
        client = boto3.client(service, region_name=region or self.region)
        client.meta.events.register("before-call", self._count)
        return client

    def _count(self, model: Any, **_: Any) -> None:
        self.calls.append(model.name)
        if model.name == self._denied:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, model.name)

    def once(self, name: str, read: Callable[[], Any]) -> Any:
        if name not in self._answers:
            self._answers[name] = read()
        return self._answers[name]

    def each(self, work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        return [work(item) for item in items]

    def of(self, account: str) -> Connection:
        return self


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield


def steps_of(reader: Reader) -> list[Step]:
    """All calls of a reader."""
    return [*reader.table.steps, *reader.table.details.values()]


def at_path(shape: Shape | None, node: dict[str, Any]) -> Shape | None:
    """The shape that a JMESPath of names and flattenings ends at; None where it does more than that."""
    kind, inner = node["type"], node.get("children", [])
    if kind == "current":
        return shape
    if kind == "field":
        assert isinstance(shape, StructureShape | MapShape), f"{node['value']} of {shape}"
        if isinstance(shape, MapShape):
            return shape.value
        assert node["value"] in shape.members, f"{shape.name} has no {node['value']}"
        return shape.members[node["value"]]
    if kind == "subexpression":
        for one in inner:
            shape = at_path(shape, one) if shape is not None else None
        return shape
    if kind == "flatten":
        return at_path(shape, inner[0])
    if kind == "projection":
        found = at_path(shape, inner[0])
        if isinstance(found, ListShape):
            found = found.member
        return at_path(found, inner[1]) if found is not None else None
    return None


@pytest.mark.parametrize("name", READERS)
def test_a_table_names_calls_and_answers_that_exist(name: str) -> None:
    reader = READERS[name]
    assert name not in handlers(), "a handler reads this type already"
    for step in (one for one in steps_of(reader) if one.call):
        model = Session().get_service_model(step.service or reader.service)
        operation = {xform_name(one): one for one in model.operation_names}[step.call]
        shape = model.operation_model(operation)
        known = shape.input_shape.members if shape.input_shape else {}
        assert set(step.given) <= set(known), f"{operation} takes {sorted(known)}"
        at_path(shape.output_shape, jmespath.compile(step.items).parsed)
        missing = set(shape.input_shape.required_members if shape.input_shape else ()) - set(step.given)
        assert not missing, f"{operation} needs {missing}"
    assert reader.actions


@pytest.mark.parametrize("name", [one for one in READERS if one.startswith("AWS::")])
def test_a_table_fills_properties_that_the_registry_has(name: str) -> None:
    cfnlint = pytest.importorskip("bastide.declare.templates.registry")
    assert cfnlint.known_type(name)
    known = set(cfnlint.schema_of(name)["properties"])
    # Facts that only a running resource has stand beside the registry's, and are documented in the table.
    own = set(READERS[name].table.properties) - known - set(observed_only(name))
    assert not own, f"{name} has no {own}"


def observed_only(name: str) -> list[str]:
    """The properties that a table says are observed, in its comment ``# observed: A, B``."""
    from importlib.resources import files

    for table in files("bastide.aws.readers").iterdir():
        if table.name.endswith(".yaml") and name in (yaml.safe_load(table.read_text())["types"]):
            lines = [line for line in table.read_text().splitlines() if line.startswith("# observed:")]
            return [one.strip() for line in lines for one in line.removeprefix("# observed:").split(",")]
    return []


def found(name: str, at: At | None = None, wanted: tuple[str, ...] | None = None) -> list[Any]:
    """What a reader lists."""
    reader = READERS[name]
    return list((reader if wanted is None else reader.narrowed(wanted)).list(at or At()))


def test_a_task_definition_comes_in_registry_shape(cloud: None) -> None:
    containers = [
        {"name": "x", "image": "y", "privileged": True, "memory": 10, "environment": [{"name": "A", "value": "b"}]}
    ]
    ecs = boto3.client("ecs", region_name=PLACE)
    ecs.register_task_definition(family="f", networkMode="host", containerDefinitions=containers)
    [one] = found("AWS::ECS::TaskDefinition")
    assert one.properties["NetworkMode"] == "host"
    assert one.properties["ContainerDefinitions"][0]["Privileged"] is True
    assert one.properties["ContainerDefinitions"][0]["Environment"] == [{"Name": "A", "Value": "b"}]


def test_who_logs_deliveries_of_a_topic_is_told_by_protocol() -> None:
    # moto: keeps no such attributes of a topic.
    reads = jmespath.compile(READERS["AWS::SNS::Topic"].table.properties["DeliveryStatusLogging"])
    told = {"this": {"SQSFailureFeedbackRoleArn": "role", "HTTPSuccessFeedbackSampleRate": "5"}}
    wanted = {"Protocol": "sqs", "SuccessFeedbackRoleArn": None, "FailureFeedbackRoleArn": "role"}
    assert (reads.search(told), reads.search({"this": {}})) == ([wanted], [])


def test_engines_share_a_call_and_are_told_apart(cloud: None) -> None:
    rds = boto3.client("rds", region_name=PLACE)
    common = {"MasterUsername": "someone", "MasterUserPassword": "not-a-secret-1"}
    rds.create_db_cluster(DBClusterIdentifier="a", Engine="aurora-mysql", StorageEncrypted=True, **common)
    rds.create_db_cluster(DBClusterIdentifier="n", Engine="neptune", **common)
    at = At()
    assert [one.id for one in found("AWS::RDS::DBCluster", at)] == ["a"]
    assert [one.id for one in found("AWS::Neptune::DBCluster", at)] == ["n"]
    assert at.calls == ["DescribeDBClusters"]


def test_nobody_calls_for_what_nobody_reads(cloud: None) -> None:
    dynamodb = boto3.client("dynamodb", region_name=PLACE)
    dynamodb.create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    at = At()
    [one] = found("AWS::DynamoDB::Table", at, ("DeletionProtectionEnabled",))
    assert "PointInTimeRecoverySpecification" not in one.properties
    assert at.calls == ["ListTables", "DescribeTable"]
    [one] = found("AWS::DynamoDB::Table", at, ("PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",))
    assert one.properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": False}
    assert at.calls == ["ListTables", "DescribeTable", "DescribeContinuousBackups"]


def test_what_is_refused_is_unknown_and_a_refused_list_is_an_error(cloud: None) -> None:
    boto3.client("dynamodb", region_name=PLACE).create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    [one] = found("AWS::DynamoDB::Table", At("DescribeContinuousBackups"))
    assert one.properties["PointInTimeRecoverySpecification"] == Unknown("DescribeContinuousBackups: AccessDenied")
    with pytest.raises(ClientError):
        found("AWS::DynamoDB::Table", At("DescribeTable"))


def test_items_are_handed_over_together_only_under_the_same_thing() -> None:
    one, two = {"this": "cluster 1"}, {"this": "cluster 2"}
    contexts = [{"this": n, "above": one} for n in range(3)] + [{"this": 3, "above": two}]
    assert [group["this"] for group, _ in _batches(contexts, 2)] == [[0, 1], [2], [3]]
    assert [group["above"]["this"] for group, _ in _batches(contexts, 2)] == ["cluster 1", "cluster 1", "cluster 2"]


@pytest.mark.parametrize(
    ("value", "tree", "wanted"),
    [
        ({"Quantity": 0}, [None], []),
        ({"Quantity": 1, "Items": ["a"]}, [None], ["a"]),
        ({"b": "1", "aws:x": "2"}, [{"Key": None, "Value": None}], [{"Key": "b", "Value": "1"}]),
        ([{"key": "a", "value": "b"}], [{"Key": None, "Value": None}], [{"Key": "a", "Value": "b"}]),
        ('{"Statement": []}', {}, {"Statement": []}),
        ([{"ParameterName": "a", "ParameterValue": "1"}, {"ParameterName": "b"}], {}, {"a": "1", "b": None}),
        ({"serviceName": "x", "other": 1}, {"ServiceName": None}, {"ServiceName": "x"}),
        (Unknown("no"), [None], Unknown("no")),
    ],
)
def test_answers_take_the_form_that_the_registry_has(value: Any, tree: Any, wanted: Any) -> None:
    assert shaped(value, tree) == wanted


def test_the_distilled_shapes_are_fresh() -> None:
    spec = importlib.util.spec_from_file_location("distil_shapes", TOOL)
    assert spec and spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.TARGET.read_text() == tool.render(), "run python tools/distil_shapes.py"
