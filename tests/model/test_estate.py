"""An estate is looked up in constant time, however large it is, and nobody changes it."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from bastide.model import Change, Estate, Finding, Gap, Organization, Plan, Resource, ResourceKey, Unknown

MANY = 100_000
INDEXES = ("by_key", "by_type", "by_account", "by_place", "by_arn")


class CountedTuple(tuple[Resource, ...]):
    """Resources that count how often somebody went through all of them."""

    __slots__ = ()
    walks = 0

    def __iter__(self) -> Any:
        CountedTuple.walks += 1
        return super().__iter__()


def resource(number: int) -> Resource:
    kind, account, region = f"AWS::T::T{number % 40}", f"{number % 100:012d}", f"r-{number % 4}"
    return Resource(
        kind, account, region, f"id-{number}", {"N": number}, arn=f"arn:aws:t:::{number}" if number % 2 else ""
    )


@pytest.fixture(scope="module")
def large() -> Estate:
    return Estate(tuple(resource(number) for number in range(MANY)))


def test_a_hundred_thousand_resources_are_found_by_key_arn_type_account_and_place(large: Estate) -> None:
    for number in (0, 1, 54_321, MANY - 1):
        one = resource(number)
        assert large.by_key[one.key] == one
        assert large.by_arn.get(one.arn) == (one if one.arn else None)
        assert one in large.of_type(one.type)
        assert one in large.in_place(one.type, one.account, one.region)
    assert sum(map(len, large.by_type.values())) == sum(map(len, large.by_account.values())) == MANY
    assert len(large.by_key) == MANY
    assert len(large.by_arn) == MANY // 2
    assert large.of_type("AWS::No::Such") == large.in_place("AWS::T::T1", "no", "where") == ()


def test_each_index_is_built_in_one_walk_and_kept() -> None:
    estate = Estate(CountedTuple(resource(number) for number in range(50)))
    CountedTuple.walks = 0
    first = [getattr(estate, name) for name in INDEXES]
    assert len(INDEXES) == CountedTuple.walks
    for number in range(50):
        one = resource(number)
        estate.by_key[one.key], estate.of_type(one.type), estate.in_place(one.type, one.account, one.region)
    assert len(INDEXES) == CountedTuple.walks
    assert all(getattr(estate, name) is index for name, index in zip(INDEXES, first, strict=True))


def test_resources_keep_the_estate_s_order_in_every_group(large: Estate) -> None:
    numbers = [one.properties["N"] for one in large.of_type("AWS::T::T7")]
    assert numbers == sorted(numbers)


def test_what_could_not_be_listed_is_unknown_and_not_absent() -> None:
    estate = Estate((resource(0),), gaps=(Gap("AWS::T::T0", "1", "r-1", "AccessDenied", "t:List"),))
    assert estate.listed("AWS::T::T0", "1", "r-1") == Unknown("AccessDenied")
    assert estate.listed("AWS::T::T0", f"{0:012d}", "r-0") == (resource(0),)
    assert estate.listed("AWS::T::T0", "2", "r-1") == ()


def test_an_account_without_organization_is_called_by_its_digits() -> None:
    assert Estate().account_name("123456789012") == "123456789012"


@pytest.mark.parametrize(
    "make",
    [
        Estate,
        lambda: Plan(()),
        lambda: Organization("o", "r", "1"),
        lambda: resource(1),
        lambda: Change("create", resource(1).key, None, {}),  # type: ignore[arg-type]
        lambda: Gap("t", "1", "r", "why"),
        lambda: Unknown("why"),
        lambda: Finding("c", "t", 1, "FAIL", resource(1).key),  # type: ignore[arg-type]
    ],
)
def test_a_value_of_the_model_cannot_be_changed(make: Callable[[], Any]) -> None:
    value = make()
    name = dataclasses.fields(value)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, name, "other")


def test_another_set_of_properties_makes_another_resource() -> None:
    one = resource(1)
    other = one.with_properties({"N": 2})
    assert (one.properties, other.properties) == ({"N": 1}, {"N": 2})
    assert one.key == other.key


def test_tags_are_read_from_a_list_or_a_mapping_and_unread_ones_are_none() -> None:
    place = ("T", "1", "r", "id-1")
    assert Resource(*place, {"Tags": [{"Key": "Name", "Value": "web"}]}).name == "web"
    assert Resource(*place, {"Tags": {"Name": "web"}}).name == "web"
    assert Resource(*place, {"Tags": Unknown("denied")}).name == "id-1"
    assert Resource(*place).tags == {}


def test_tags_are_read_by_the_name_that_the_registry_gives_them() -> None:
    tags = [{"Key": "Name", "Value": "home"}]
    assert Resource("AWS::EFS::FileSystem", "1", "r", "fs-1", {"FileSystemTags": tags}).name == "home"
    assert Resource("AWS::Cognito::UserPool", "1", "r", "p", {"UserPoolTags": {"Name": "home"}}).name == "home"


def test_a_tag_that_could_not_be_read_or_is_no_tag_is_left_out() -> None:
    tags = [{"Key": "Name", "Value": Unknown("parameter")}, {"Key": "a", "Value": "b"}, {"Value": "c"}, "d", None]
    one = Resource("T", "1", "r", "id-1", {"Tags": tags})
    assert one.tags == {"a": "b"}
    assert one.name == "id-1"


def test_a_key_reads_as_one_word() -> None:
    assert str(ResourceKey("AWS::S3::Bucket", "1" * 12, "us-east-1", "b")) == "111111111111/us-east-1/AWS::S3::Bucket/b"
