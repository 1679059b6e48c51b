"""All handlers, and the registry's facts of their types."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from bastide.aws.handler import Handler
from bastide.aws.registry import facts, handlers, kind, kinds
from bastide.model import Scope

TOOL = Path(__file__).parents[2] / "tools" / "distil_registry.py"


def test_handlers_are_found_by_themselves_in_order() -> None:
    found = handlers()
    assert list(found) == sorted(found)
    assert "AWS::S3::Bucket" in found
    assert all(isinstance(handler, Handler) and handler.type == name for name, handler in found.items())


def test_a_kind_knows_what_the_registry_and_the_handler_say() -> None:
    bucket = kinds()["AWS::S3::Bucket"]
    assert bucket.data_bearing
    assert bucket.scope is Scope.REGION
    assert bucket.identified_by == ("BucketName",)
    assert "BucketName" in bucket.create_only
    assert "Arn" in bucket.read_only
    assert "s3:CreateBucket" in bucket.permissions["create"]


def test_a_type_that_the_registry_does_not_have_stands_on_its_handler_alone() -> None:
    name = next(name for name in handlers() if name.startswith("Bastide::"))
    assert name not in facts()
    assert kind(handlers()[name]).type == name


def test_the_distilled_registry_is_fresh() -> None:
    pytest.importorskip("cfnlint")
    spec = importlib.util.spec_from_file_location("distil_registry", TOOL)
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.TARGET.read_text() == tool.render(handlers()), "run python tools/distil_registry.py"
