"""Every handler of storage, keys, logs, IAM and EC2 has a case of the contract, found by walking both folders."""

from importlib import import_module
from pathlib import Path

from bastide.aws.registry import handlers
from bastide.aws.shape import Observed
from tests.aws.handlers.contract import Case

# The other services' handlers need an organization around them; their tests say so in their own words.
SERVICES = ("s3", "kms", "cloudtrail", "config", "logs", "iam_", "ec2_")


def test_every_handler_that_can_create_has_a_case_of_the_contract() -> None:
    names = sorted(path.stem for path in Path(__file__).parent.glob("test_*.py") if path.stem != Path(__file__).stem)
    cases = (getattr(import_module(f"tests.aws.handlers.{name}"), "CASES", ()) for name in names)
    covered = {case.handler.type for found in cases for case in found if isinstance(case, Case)}
    able = {
        name
        for name, handler in handlers().items()
        if not isinstance(handler, Observed) and type(handler).__module__.rsplit(".", 1)[1].startswith(SERVICES)
    }
    assert sorted(able - covered - {"Bastide::IAM::OrganizationsFeatures"}) == []
