"""What is assessed can be listed in the sandbox; a list that is always empty is of what nobody can make."""

from bastide.aws.readers import readers
from bastide.aws.readers.reader import _operation
from bastide.sandbox import Sandbox, shims
from bastide.sandbox.coverage import coverage
from bastide.sandbox.shims.nothing import EMPTY

READERS = readers()


def test_the_first_call_of_every_reader_is_emulated() -> None:
    asked = {
        name: (one.table.steps[0].service or one.service, one.table.steps[0].call) for name, one in READERS.items()
    }
    known = {(one.service, one.operation): one.kind for one in coverage({service for service, _ in asked.values()})}
    refused = {name: found for name, found in asked.items() if known[found[0], _operation(*found)] == "refused"}
    assert refused == {}


def test_what_is_always_empty_cannot_be_made() -> None:
    known = {(one.service, one.operation): one.kind for one in coverage({service for service, _ in EMPTY})}
    assert {known[service, maker] for (service, _), maker in EMPTY.items()} == {"refused"}
    assert set(EMPTY) <= set(shims.SHIMS)


def test_an_empty_list_is_an_answer() -> None:
    client = Sandbox().session().client("redshift-serverless", region_name="eu-west-1")
    assert client.list_namespaces()["namespaces"] == []


def test_security_configurations_are_listed() -> None:
    emr = Sandbox().session().client("emr", region_name="eu-west-1")
    emr.create_security_configuration(Name="one", SecurityConfiguration="{}")
    assert [one["Name"] for one in emr.list_security_configurations()["SecurityConfigurations"]] == ["one"]


def test_services_answer_before_anything_was_made() -> None:
    session = Sandbox().session()
    assert session.client("connect", region_name="eu-west-1").list_instances()["InstanceSummaryList"] == []
    ecs = session.client("ecs", region_name="eu-west-1")
    assert ecs.describe_capacity_providers()["capacityProviders"] == []
    emr = session.client("emr", region_name="eu-west-1")
    told = emr.get_block_public_access_configuration()["BlockPublicAccessConfiguration"]
    assert told["BlockPublicSecurityGroupRules"] is True
