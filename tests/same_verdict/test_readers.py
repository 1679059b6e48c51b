"""What a control reads of a type that only readers list, the API tells: under its name, or by the reader's table.

A property that no API and no table names would be missing in every live account, and absence is a verdict.
"""

from __future__ import annotations

import jmespath
import pytest
from botocore import xform_name
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.session import Session

from bastide.aws.readers import Reader, readers
from bastide.controls import all_controls
from tests.aws.test_readers import at_path
from tests.same_verdict.cases import controls_of
from tests.same_verdict.differences import NOT_COLLECTED, NOT_TOLD
from tests.same_verdict.forms import LISTERS

SESSION = Session()
READ = [type for type in controls_of() if type in readers()]


def test_every_type_that_a_control_asks_about_is_collected_or_the_table_says_why_not() -> None:
    asked = {name for one in all_controls() for name in (one.resource_type, *one.reads)}
    assert asked - set(LISTERS) - set(NOT_COLLECTED) == set()
    assert set(NOT_COLLECTED) & set(LISTERS) == set(), "collected after all"


@pytest.mark.parametrize("type", READ)
def test_what_controls_read_of_a_type_its_reader_tells(type: str) -> None:
    excused = NOT_TOLD.get(type, {})
    paths = {path for one in controls_of()[type] for path in one.properties}
    asked = {path for path in paths if path not in excused and path.split(".", 1)[0] not in excused}
    assert not sorted(path for path in asked if not tells(readers()[type], path.split(".")))


def test_a_property_that_no_api_tells_is_noticed() -> None:
    reader = readers()["AWS::Redshift::Cluster"]
    assert tells(reader, ["Encrypted"])
    assert not tells(reader, ["MasterUserPassword"])


def tells(reader: Reader, path: list[str]) -> bool:
    """Whether the table fills the property, or the API's answer has a member of its name where the registry has it."""
    if path[0] in reader.table.properties:
        return True
    shape = answered(reader)
    return shape is None or _has(shape, path)


def answered(reader: Reader) -> Shape | None:
    """The botocore shape of one item; None where the table puts it together from several."""
    step = reader.table.steps[-1]
    if reader.table.shape != "this" or step.document or not step.call:
        return None
    model = SESSION.get_service_model(step.service or reader.service)
    operation = {xform_name(one): one for one in model.operation_names}[step.call]
    shape = at_path(model.operation_model(operation).output_shape, jmespath.compile(step.items).parsed)
    return shape.member if isinstance(shape, ListShape) else shape


def _has(shape: Shape, path: list[str]) -> bool:
    if isinstance(shape, StructureShape) and "Items" in shape.members:  # CloudFront's lists
        shape = shape.members["Items"]
    if not path or isinstance(shape, MapShape):
        return True
    if isinstance(shape, ListShape):
        return _has(shape.member, path[1:] if path[0] == "*" else path)
    if not isinstance(shape, StructureShape):
        return False
    members = {name.lower(): inner for name, inner in shape.members.items()}
    return path[0].lower() in members and _has(members[path[0].lower()], path[1:])
