"""Coverage is computed, so it is checked against what really happens."""

from __future__ import annotations

from bastide.sandbox import moto, shims
from bastide.sandbox.coverage import SERVICES, coverage


def test_every_shim_is_an_operation_of_its_service() -> None:
    for service, operation in shims.walk():
        assert operation in moto.service_model(service).operation_names, f"{service}:{operation}"


def test_every_service_with_a_shim_is_listed() -> None:
    assert {service for service, _ in shims.walk()} <= set(SERVICES)


def test_operations_are_real_shimmed_or_refused() -> None:
    kinds = {(row.service, row.operation): row.kind for row in coverage(["iam", "s3", "ec2", "accessanalyzer"])}
    assert kinds["iam", "CreateRole"] == "real"
    assert kinds["s3", "CreateBucket"] == "shimmed"
    assert kinds["s3", "PutBucketVersioning"] == "shimmed"
    assert kinds["s3", "PutBucketTagging"] == "real"
    assert kinds["s3", "GetObjectRetention"] == "shimmed"
    assert kinds["ec2", "CreateIpam"] == "refused"
    assert kinds["accessanalyzer", "CreateAnalyzer"] == "shimmed"
