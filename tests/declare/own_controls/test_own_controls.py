"""Controls of one's own: what is taken, what is refused with place and advice, and that the unread is never a pass."""

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.controls.control import Control, control
from bastide.declare.own_controls.confine import confined
from bastide.declare.own_controls.decision import MAX_STEPS, Expression, decision
from bastide.declare.own_controls.expression import read_expression
from bastide.declare.own_controls.plugins import plugged_controls
from bastide.declare.own_controls.read import _properties_read, read_controls
from bastide.errors import InputError
from bastide.model import Estate, Resource, Status, Unknown

pytest.importorskip("cfnlint")

OWNED = """\
schema: bastide.controls/1
controls:
- id: acme-bucket-has-owner
  title: Buckets name their owner
  resource_type: AWS::S3::Bucket
  severity: low
  check: {check}
  message: there is no Owner tag
  remediation: Add the tag Owner.
  cases:
  - {{name: owned, status: PASS, properties: {{Tags: [{{Key: Owner, Value: someone}}]}}}}
  - {{name: nobody's, status: FAIL}}
"""
RIGHT = "has(tags.Owner)"


def written(tmp_path: Path, text: str) -> Path:
    """A file of controls."""
    file = tmp_path / "own.yaml"
    file.write_text(text)
    return file


def problems_of(tmp_path: Path, text: str) -> list[tuple[str, str, str]]:
    """What is wrong with a file: what, line, advice."""
    with pytest.raises(InputError) as caught:
        read_controls([written(tmp_path, text)])
    return [(one.what, one.where.removeprefix(str(tmp_path) + "/"), one.fix) for one in caught.value.problems]


def verdict(check: str, properties: dict[str, Any], **more: Any) -> tuple[Status, str]:
    """What an expression says of a bucket."""
    bucket = Resource("AWS::S3::Bucket", "111111111111", "eu-west-1", "one", properties)
    found = decision(Expression.of(check), more.get("when"), "wrong")(bucket, more.get("estate", Estate()))
    return found.status, found.reason


def test_a_control_is_made_of_a_file(tmp_path: Path) -> None:
    [control] = read_controls([written(tmp_path, OWNED.format(check=RIGHT))])
    bucket = Resource("AWS::S3::Bucket", "111111111111", "eu-west-1", "x", {})
    assert (control.id, str(control.severity)) == ("acme-bucket-has-owner", "low")
    assert control.verdict(bucket, Estate()).status is Status.FAIL


@pytest.mark.parametrize(
    ("check", "what", "fix"),
    [
        (
            'properties.VersioningConfiguraton.Status == "Enabled"',
            "AWS::S3::Bucket has no property VersioningConfiguraton",
            "did you mean VersioningConfiguration?",
        ),
        (
            'properties.VersioningConfiguration.Status == "On"',
            "VersioningConfiguration.Status is never 'On'",
            "known here: Enabled, Suspended",
        ),
        (
            "properties.Tags.exists(t, t.Kye == '')",
            "AWS::S3::Bucket has no property Tags.Kye",
            "did you mean Key?",
        ),
        ("properties.BucketName == 1", "BucketName is string and is compared with 1", 'compare it with text: "…"'),
        ("resource.acount == ''", "resource has no acount", "did you mean account?"),
        ("propertis.BucketName == ''", "there is no variable propertis", "did you mean properties?"),
        ("siez(properties.Tags) > 0", "there is no function siez()", "did you mean size?"),
        (
            'related("AWS::S3::BucketPolicy", "Bukket").size() > 0',
            "AWS::S3::BucketPolicy has no property Bukket",
            "did you mean Bucket?",
        ),
        ("has(tags.Owner", "check is not CEL: 1:15: Syntax error: missing ')' at '<EOF>'", ""),
    ],
)
def test_a_typo_is_an_error_with_its_line_and_a_suggestion(tmp_path: Path, check: str, what: str, fix: str) -> None:
    quoted = "'" + check.replace("'", "''") + "'"
    assert (what, "own.yaml:7:3  controls.0.check", fix) in problems_of(tmp_path, OWNED.format(check=quoted))


def test_a_control_that_contradicts_its_examples_is_refused(tmp_path: Path) -> None:
    [found] = problems_of(tmp_path, OWNED.format(check="has(tags.owner)"))
    assert found[0] == "acme-bucket-has-owner says FAIL of its case 'owned', which says PASS"
    assert found[1] == "own.yaml:11:5  controls.0.cases.0"


def test_examples_are_required(tmp_path: Path) -> None:
    text = OWNED.format(check=RIGHT).replace("status: FAIL", "status: PASS")
    assert ("acme-bucket-has-owner has no example that gives FAIL") in [one[0] for one in problems_of(tmp_path, text)]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("severity: low", "severity: bad", "severity: input should be"),
        ("AWS::S3::Bucket", "AWS::S3::Bukket", "there is no resource type AWS::S3::Bukket"),
        ("message:", "mesage:", "unknown key 'mesage'"),
        ("schema: bastide.controls/1", "schema: bastide.controls/9", "schema: input should be"),
        ("id: acme", "id: Acme ", "id: string should match pattern"),
    ],
)
def test_a_wrong_file_is_refused_with_every_problem(tmp_path: Path, old: str, new: str, what: str) -> None:
    found = problems_of(tmp_path, OWNED.format(check=RIGHT).replace(old, new))
    assert any(one[0].startswith(what) for one in found), found


def test_two_controls_of_one_id_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for name in ("one", "two"):
        (tmp_path / "a" / f"{name}.yml").write_text(OWNED.format(check=RIGHT))
    with pytest.raises(InputError, match="there are two controls acme-bucket-has-owner"):
        read_controls([tmp_path / "a"])
    (tmp_path / "b").mkdir()
    with pytest.raises(InputError, match="there are no controls in"):
        read_controls([tmp_path / "b"])
    (tmp_path / "b" / "empty.yaml").write_text("\n")
    with pytest.raises(InputError, match="the file of controls is empty"):
        read_controls([tmp_path / "b"])
    with pytest.raises(InputError, match="there is no file"):
        read_controls([tmp_path / "c.yaml"])


def test_neighbours_are_asked_by_type_and_property() -> None:
    check = (
        'related("AWS::S3::BucketPolicy", "Bucket").exists(p, p.PolicyDocument.Statement.exists(s, s.Effect == "Deny"))'
    )
    policy = {"Bucket": "one", "PolicyDocument": {"Statement": [{"Effect": "Deny"}]}}
    beside = Resource("AWS::S3::BucketPolicy", "111111111111", "eu-west-1", "p", policy)
    unread = beside.with_properties({"Bucket": "one", "PolicyDocument": Unknown("AccessDenied")})
    assert verdict(check, {}, estate=Estate((beside,)))[0] is Status.PASS
    assert verdict(check, {})[0] is Status.FAIL
    assert verdict(check, {}, estate=Estate((unread,))) == (Status.UNKNOWN, "AccessDenied")


def test_what_is_absent_or_of_another_kind_has_no_answer() -> None:
    assert verdict('properties.BucketName == "x"', {}) == (
        Status.UNKNOWN,
        "the expression has no answer: BucketName is absent; ask has(…) first",
    )
    assert verdict("properties.BucketName", {"BucketName": "x"})[0] is Status.UNKNOWN
    assert verdict("properties.BucketName + 1 == 2", {"BucketName": "x"})[0] is Status.UNKNOWN


def test_an_expression_that_would_take_too_long_has_no_answer() -> None:
    check = "properties.Tags.all(a, properties.Tags.all(b, a.Key != b.Value))"
    many = [{"Key": str(one), "Value": "v"} for one in range(MAX_STEPS // 500)]
    assert verdict(check, {"Tags": many})[1] == "the expression would take more than 1,000,000 steps on this resource"
    assert verdict(check, {"Tags": many[:100]})[0] is Status.PASS


VALUES = st.sampled_from(["a", "b", ""])
RULES = st.lists(st.fixed_dictionaries({}, optional={"Id": VALUES, "Status": VALUES}), max_size=3)
PROPERTIES = st.fixed_dictionaries(
    {}, optional={"BucketName": VALUES, "LifecycleConfiguration": st.fixed_dictionaries({}, optional={"Rules": RULES})}
)
CHECKS = [
    'has(properties.BucketName) && properties.BucketName == "a"',
    'true || properties.BucketName == "a"',
    "has(properties.LifecycleConfiguration) && has(properties.LifecycleConfiguration.Rules)",
    '!has(properties.LifecycleConfiguration) || properties.LifecycleConfiguration.Rules.all(r, r.Id != "b")',
    'properties.LifecycleConfiguration["Rules"].exists(r, r["Status"] == "a")',
    'size(properties.LifecycleConfiguration.Rules.filter(r, r.Status == "b").map(r, r.Id)) < 2',
    "properties.LifecycleConfiguration.Rules[0].Id in ['a', 'b'] ? properties.BucketName != '' : false",
    '(has(properties.BucketName) ? properties.BucketName : "b").startsWith("a")',
    'properties != {"BucketName": "a"}',
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, one in inner for place in [(*path, key), *places(one, (*path, key))]]


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The value with another one at a path."""
    if not path:
        return new
    if isinstance(value, list):
        return [put(one, path[1:], new) if index == path[0] else one for index, one in enumerate(value)]
    return {key: put(one, path[1:], new) if key == path[0] else one for key, one in value.items()}


@given(PROPERTIES, st.sampled_from(CHECKS), st.data(), st.one_of(VALUES, RULES, st.none()))
def test_what_was_not_read_is_never_decided_by(properties: Any, check: str, data: st.DataObject, other: Any) -> None:
    """A verdict that is given although something is unknown is the verdict whatever stands there."""
    there = places(properties)
    if not there:
        return
    place = data.draw(st.sampled_from(there))
    said, _ = verdict(check, put(properties, place, Unknown("AccessDenied")))
    if said is not Status.UNKNOWN:
        assert said is verdict(check, properties)[0]
        assert said is verdict(check, put(properties, place, other))[0]


def test_paths_are_known_through_macros_indexes_and_conditions() -> None:
    text = 'has(properties.A) ? properties.L.filter(x, x["B"] == 1).map(y, y.C).exists(z, z > 2) : !properties.D'
    paths = {".".join(one.path) for one in read_expression(text).references}
    assert paths >= {"properties.A", "properties.L.[].B", "properties.L.[].C", "properties.D"}


@given(st.text(alphabet="ab.[](){}\"'!&|=<>+-*/%?:, 01\n", max_size=40))
def test_reading_any_text_ends(text: str) -> None:
    read_expression(text)


def test_a_plug_in_brings_controls_by_entry_point() -> None:
    name = "bastide.controls.s3.s3_bucket_requires_tls"
    one = EntryPoint("one", f"{name}:s3_bucket_requires_tls", "bastide.controls")
    module = EntryPoint("two", name, "bastide.controls")
    package = EntryPoint("three", "bastide.controls.s3", "bastide.controls")
    assert [control.id for control in plugged_controls([one, module])] == ["s3-bucket-requires-tls"]
    assert all(isinstance(control, Control) for control in plugged_controls([package]))
    assert len(plugged_controls([package])) > 3


@pytest.mark.parametrize("value", ["no.such.module", "json", "bastide.errors:Problem", "json:nothing"])
def test_a_plug_in_that_brings_nothing_is_an_error(value: str) -> None:
    with pytest.raises(InputError, match="the plug-in broken"):
        plugged_controls([EntryPoint("broken", value, "bastide.controls")])


@pytest.mark.parametrize(
    ("check", "properties"),
    [
        ("has(tags.Owner)", ("Tags",)),
        ('resource.name != ""', ("Tags",)),
        ('resource.region == "eu-west-1"', ()),
        ("has(properties.BucketName) && properties.Tags.all(t, t.Key != '')", ("BucketName", "Tags", "Tags.*.Key")),
        ("size(properties) > 0", ()),
    ],
)
def test_a_control_says_which_properties_are_to_be_read(check: str, properties: tuple[str, ...]) -> None:
    """None named means all of them."""
    assert _properties_read(Expression.of(check), None) == properties


TENS = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"
EIGHT = "x + x + x + x + x + x + x + x"


@pytest.mark.parametrize(
    "check",
    [
        "".join(f"{TENS}.map({name}, " for name in "abcdefgh") + "a" + ")" * 8 + ".size() > 0",
        '["a"]' + f".map(x, {EIGHT})" * 10 + ".size() > 0",
        '["a"]' + ".map(x, [x, x])" * 40 + '.exists(x, x == "a")',
    ],
)
def test_an_expression_that_makes_its_own_work_has_no_answer(check: str) -> None:
    assert verdict(check, {})[1] == "the expression would take more than 1,000,000 steps on this resource"


def test_what_people_write_is_far_from_the_limit() -> None:
    check = "properties.Tags.map(t, t.Key + t.Value).exists(k, k.startsWith('a'))"
    assert verdict(check, {"Tags": [{"Key": "a", "Value": "b"}] * 200})[0] is Status.PASS


def _plugged(decide: Any) -> Control:
    made = control(title="t", resource_type="AWS::S3::Bucket", severity="low", maps_to=(), source="s", remediation="r")
    return made(decide)


def test_what_a_plug_in_does_wrong_is_unknown() -> None:
    def raising(bucket: Resource) -> Any:
        raise ValueError(bucket.id)

    def odd(bucket: Resource) -> Any:
        return bucket.id == "b"

    def slow(bucket: Resource) -> Any:
        while bucket.id:
            pass

    bucket = Resource("AWS::S3::Bucket", "111111111111", "eu-west-1", "b", {})
    said = [confined(_plugged(one), 0.05)(bucket, Estate()) for one in (raising, odd, slow)]
    assert {one.status for one in said} == {Status.UNKNOWN}
    assert [one.reason for one in said] == [
        "the plug-in raised ValueError: b",
        "the plug-in answered bool, not a verdict",
        "the plug-in took more than 0.05 s",
    ]


def test_a_plug_in_that_is_always_late_is_not_asked_for_ever() -> None:
    asked = []

    def slow(bucket: Resource) -> Any:
        asked.append(bucket)
        while True:
            pass

    decide = confined(_plugged(slow), 0.01)
    bucket = Resource("AWS::S3::Bucket", "111111111111", "eu-west-1", "b", {})
    assert {decide(bucket, Estate()).status for _ in range(10)} == {Status.UNKNOWN}
    assert len(asked) == 3


def test_a_wrong_key_has_a_suggestion_and_no_echo(tmp_path: Path) -> None:
    text = OWNED.format(check=RIGHT).replace("severity: low", "severity: hgih").replace("message:", "mesage:")
    with pytest.raises(InputError) as caught:
        read_controls([written(tmp_path, text)])
    said = str(caught.value)
    assert "did you mean message?" in said
    assert "at least 1 item" not in said


def test_an_example_with_a_property_that_no_resource_has_is_refused(tmp_path: Path) -> None:
    text = OWNED.format(check=RIGHT).replace("Value: someone}]", "Valeu: someone}], BucketNam: x")
    assert [(what, fix) for what, _, fix in problems_of(tmp_path, text)] == [
        ("AWS::S3::Bucket has no property Tags.Valeu", "did you mean Value?"),
        ("AWS::S3::Bucket has no property BucketNam", "did you mean BucketName?"),
    ]
    beside = (
        "{name: nobody's, status: FAIL, beside: [{type: 'AWS::S3::BucketPolicy', id: b, properties: {Buket: one}}]}"
    )
    text = OWNED.format(check=RIGHT).replace("{name: nobody's, status: FAIL}", beside)
    assert [what for what, _, _ in problems_of(tmp_path, text)] == ["AWS::S3::BucketPolicy has no property Buket"]


PLUG_IN = '''
from bastide.controls.control import control
from bastide.model import PASS, fail

@control(title="Named", resource_type="AWS::S3::Bucket", severity="low", maps_to=(), source="x", remediation="Rename.")
def {name}(bucket):
    """FAIL without a name."""
    return PASS if bucket.get("BucketName") else fail("it has no name", "BucketName")
'''


@pytest.mark.parametrize(
    ("name", "cases", "problems"),
    [
        ("acme_named_a", "[{name: a, status: PASS, properties: {BucketName: b}}, {name: b, status: FAIL}]", []),
        ("acme_named_b", None, ["the plug-in's control acme-named-b has no examples"]),
        (
            "acme_named_c",
            "[{name: a, status: PASS, properties: {BucketName: b}}]",
            ["acme-named-c has no example that gives FAIL"],
        ),
        (
            "acme_named_d",
            "[{name: a, status: PASS}, {name: b, status: FAIL}]",
            ["acme-named-d says FAIL of its case 'a', which says PASS"],
        ),
        ("acme_named_e", "[{name: a, status: MAYBE}]", ["the examples of acme-named-e: Input should be 'PASS'"]),
        ("acme_named_f", "[", ["this is not YAML"]),
    ],
)
def test_a_plug_in_has_to_do_what_its_examples_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, cases: str | None, problems: list[str]
) -> None:
    (tmp_path / f"{name}.py").write_text(PLUG_IN.format(name=name))
    if cases is not None:
        (tmp_path / f"{name}.cases.yaml").write_text(cases)
    monkeypatch.syspath_prepend(str(tmp_path))
    point = EntryPoint("own", name, "bastide.controls")
    if not problems:
        assert [one.id for one in plugged_controls([point])] == [name.replace("_", "-")]
        return
    with pytest.raises(InputError) as caught:
        plugged_controls([point])
    assert [one.what[: len(said)] for one, said in zip(caught.value.problems, problems, strict=True)] == problems
