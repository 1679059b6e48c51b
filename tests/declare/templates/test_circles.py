"""Resources that wait for each other: found whichever way they refer, and judged all the same."""

from pathlib import Path
from typing import Any

import pytest

from bastide.declare.templates.circles import circle_text, circles
from bastide.declare.templates.yaml_text import parse_yaml
from bastide.show.cli.main import run


def found(text: str) -> list[tuple[str, ...]]:
    tree: Any = parse_yaml(text, "t.yaml")
    return list(circles(tree))


@pytest.mark.parametrize(
    "reference",
    [
        "DependsOn: A",
        "DependsOn: [X, A]",
        "Properties: {P: !Ref A}",
        "Properties: {P: [{Q: !GetAtt A.Arn}]}",
        "Properties: {P: {Fn::GetAtt: [A, Arn]}}",
        "Properties: {P: !Sub 'x-${A.Arn}'}",
        "Properties: {P: {Fn::Sub: ['${A}', {B: c}]}}",
        "Properties: {P: {Fn::Sub: ['${B}', {B: {Ref: A}}]}}",
    ],
)
def test_a_circle_is_found_through_every_kind_of_reference(reference: str) -> None:
    assert found(f"A: {{Type: T, DependsOn: B}}\nB: {{Type: T, {reference}}}\nX: {{Type: T}}") == [("A", "B")]


@pytest.mark.parametrize(
    "reference",
    [
        "Properties: {P: !Sub '${!A}'}",
        "Properties: {P: {Fn::Sub: ['${A}', {A: c}]}}",
        "Properties: {P: {Fn::If: [C, {Ref: A}, x]}}",  # the branch may fall away
        "Properties: {P: A}",
        "Metadata: {P: {Ref: A}}",
        "DependsOn: Nothing",
    ],
)
def test_what_is_no_reference_or_may_fall_away_makes_no_circle(reference: str) -> None:
    assert found(f"A: {{Type: T, DependsOn: B}}\nB: {{Type: T, {reference}}}") == []


def test_a_resource_that_refers_to_itself_is_a_circle_and_a_long_one_is_told_shortly() -> None:
    assert found("A: {Type: T, Properties: {P: !Ref A}}") == [("A",)]
    assert circle_text(("A",)) == "A refers to itself, which CloudFormation refuses"
    assert "A, B, C, D, E and 2 more wait for each other" in circle_text(tuple("ABCDEFG"))


def test_resources_in_a_circle_are_judged_and_the_circle_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "t.yaml"
    file.write_text(
        "Resources:\n  A: {Type: AWS::S3::Bucket, DependsOn: B}\n"
        "  B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub 'x-${A}'}}\n"
    )
    assert run(["assess", str(file)]) == 0
    said = capsys.readouterr()
    assert "t.yaml:2: A, B wait for each other in a circle" in said.err
    assert "S3::Bucket A" in said.out
