"""What an architecture accepts of a resource is accepted in the templates that are rendered of it."""

import json
from pathlib import Path

import pytest

from bastide.model import Finding, ResourceKey, Severity, Status
from bastide.show.cli.main import run
from bastide.show.stacks import Stack, accepting

pytest.importorskip("cfnlint")
BUCKET = ResourceKey("AWS::S3::Bucket", "1" * 12, "eu-west-1", "logs")


def test_only_what_is_accepted_is_said_and_only_of_its_resource() -> None:
    template = {"Resources": {"A": {"Type": BUCKET.type}, "B": {"Type": BUCKET.type}}}
    stack = Stack(BUCKET.account, BUCKET.region, template, {"A": BUCKET, "B": BUCKET._replace(id="other")})
    accepted = Finding(
        "s3-bucket-replicated", "", Severity.LOW, Status.NOT_APPLICABLE, BUCKET, evidence={"suppressed": "one copy"}
    )
    failed = Finding("s3-bucket-access-logged", "", Severity.LOW, Status.FAIL, BUCKET)
    made = accepting(stack, [accepted, failed]).template["Resources"]
    assert made["A"]["Metadata"] == {
        "bastide": {"suppress": [{"control": "s3-bucket-replicated", "reason": "one copy"}]}
    }
    assert "Metadata" not in made["B"]


@pytest.mark.slow
def test_templates_of_the_starter_fail_in_nothing_that_the_starter_accepts_of_a_resource(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["init"]) == 0
    assert run(["render", "cloudformation", "--out", "stacks"]) == 0
    assert run(["assess", "stacks", "-o", "json=out.json"]) == 0
    findings = json.loads(Path("out.json").read_text())["findings"]
    # Templates do not say whose account they are for, so what is accepted of a whole account cannot be said in them.
    assert {one["resource"]["type"] for one in findings if one["status"] == "FAIL"} <= {"AWS::::Account"}
    assert [one for one in findings if one["evidence"].get("would_be") == "FAIL"]
