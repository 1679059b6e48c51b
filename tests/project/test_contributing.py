"""What CONTRIBUTING.md shows works as shown."""

import re
from collections.abc import Iterable
from pathlib import Path

from bastide.aws.handler import Connection, Found, Handler, pages
from bastide.controls import Control
from bastide.model import Change, Properties, Resource, Status, Unknown

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def block(language: str, word: str) -> str:
    """The fenced block of a language that holds a word."""
    return next(text for text in re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL) if word in text)


def test_the_control_decides_as_it_says() -> None:
    names: dict[str, object] = {"__name__": "example"}
    exec(block("python", "@control"), names)
    shown = names["s3_bucket_public_access_blocked"]
    assert isinstance(shown, Control)
    on = dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)
    statuses = [
        shown.decide(Resource("AWS::S3::Bucket", "111122223333", "eu-west-1", "logs", properties)).status
        for properties in (
            {"PublicAccessBlockConfiguration": on},
            {},
            {"PublicAccessBlockConfiguration": Unknown("AccessDenied")},
        )
    ]
    assert statuses == [Status.PASS, Status.FAIL, Status.UNKNOWN]


def test_the_handler_is_a_whole_handler() -> None:
    names: dict[str, object] = {"__name__": "example", "Handler": Handler, "Connection": Connection, "Found": Found}
    names |= {"pages": pages, "Iterable": Iterable, "Properties": Properties, "Change": Change}
    exec(block("python", "class KmsAlias"), names)
    shown = names["KmsAlias"]
    assert isinstance(shown, type)
    assert isinstance(shown(), Handler)


def test_the_guardrail_is_the_shipped_one() -> None:
    shipped = ROOT / "src" / "bastide" / "prove" / "guardrails" / "leave-organization.yaml"
    assert block("yaml", "LeaveOrganization") == shipped.read_text(encoding="utf-8")
