"""Every operation that the product itself calls has a known action, and a resource that follows from the request."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore import xform_name

import bastide
from bastide.sandbox import moto
from bastide.sandbox.coverage import SERVICES, authorized, coverage

SOURCE = Path(bastide.__file__).parent
# Where AWS is called: handlers, collectors, the demo's mistakes and attempts, attacks.
CALLERS = ("aws", "apply", "collect", "show/demo", "attack", "show")


def used(file: Path) -> Iterator[tuple[str, str]]:
    """(service, operation) for each method of a client of a service that the file names."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    methods = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    methods |= texts  # get_paginator("list_roles")
    for service in sorted(texts & set(SERVICES)):
        for operation in moto.service_model(service).operation_names:
            if xform_name(operation) in methods:
                yield service, operation


def operations() -> list[tuple[str, str]]:
    files = [file for folder in CALLERS for file in (SOURCE / folder).rglob("*.py")]
    return sorted({found for file in files for found in used(file)})


def test_the_walk_finds_what_the_product_calls() -> None:
    found = operations()
    assert len(found) > 200
    assert ("cloudtrail", "StopLogging") in found and ("organizations", "ListAccounts") in found


def test_every_operation_that_the_product_calls_has_an_action_and_a_resource() -> None:
    wanting = [(*one, authorized(*one)) for one in operations() if authorized(*one)[1] in ("unknown", "undecided")]
    assert wanting == []


def test_every_operation_that_the_sandbox_answers_has_an_action() -> None:
    assert [row for row in coverage() if row.kind != "refused" and not row.action] == []


@pytest.mark.parametrize(
    ("service", "operation", "expected"),
    [
        ("s3", "ListObjectsV2", ("s3:ListBucket", "arn")),
        ("s3", "HeadObject", ("s3:GetObject", "arn")),
        ("s3", "UploadPart", ("s3:PutObject", "arn")),
        ("s3control", "PutPublicAccessBlock", ("s3:PutAccountPublicAccessBlock", "arn")),
        ("lambda", "Invoke", ("lambda:InvokeFunction", "arn")),
        ("kms", "ReEncrypt", ("kms:ReEncryptFrom", "arn")),
        ("sqs", "SendMessageBatch", ("sqs:SendMessage", "arn")),
        ("sso-admin", "ListInstances", ("sso:ListInstances", "none")),
        ("budgets", "CreateBudget", ("budgets:ModifyBudget", "arn")),
        ("iam", "AcquireRole", ("", "unknown")),
    ],
)
def test_operations_are_authorized_as_the_reference_says(service: str, operation: str, expected: object) -> None:
    assert authorized(service, operation) == expected
