"""``assess`` and Ctrl-C: what was read is kept and shown, and the exit code says how it ended."""

import pytest

from bastide.assess import Assessment
from bastide.collect import INTERRUPTED
from bastide.model import Estate, Gap
from bastide.show.cli import assess


@pytest.mark.parametrize(
    ("reason", "hit", "code"),
    [(INTERRUPTED, False, 130), (INTERRUPTED, True, 130), ("AccessDenied", False, 3), ("AccessDenied", True, 1)],
)
def test_an_interrupted_assessment_ends_with_130(
    capsys: pytest.CaptureFixture[str], reason: str, hit: bool, code: int
) -> None:
    estate = Estate(gaps=(Gap("AWS::S3::Bucket", "111111111111", "eu-west-1", reason),))
    assert assess._code(Assessment(()), estate, hit) == code
    assert ("interrupted: what was read is kept" in capsys.readouterr().err) == (code == 130)
