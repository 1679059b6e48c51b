"""Architecture files that are wrong, hostile or right: what a person reads, and where it points."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.declare import source
from bastide.declare.asked_by import MEANINGS, meanings
from bastide.declare.explain import explain, json_schema
from bastide.declare.read import Declaration, check, read_architecture
from bastide.declare.starter import starter
from bastide.errors import BastideError, InputError
from bastide.prove.guardrail import all_guardrails
from bastide.show.cli.explain import command

GOOD = """\
organization: acme
emails: aws+{account}@acme.example
ous:
  security:
    accounts: [log-archive, audit]
"""


def checked(text: str) -> Declaration:
    return check(source.parse(text.encode(), "a.yaml"))


def problems(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(InputError) as caught:
        checked(text)
    return [(problem.what, problem.where, problem.fix) for problem in caught.value.problems]


def test_a_short_file_is_enough() -> None:
    architecture = checked(GOOD).architecture
    assert list(architecture.ous["security"].accounts) == ["log-archive", "audit"]
    assert architecture.detect.guardduty is True


def test_all_mistakes_are_told_at_once_each_with_its_place_and_the_nearest_word() -> None:
    found = problems(
        GOOD.replace("organization", "organisation") + "regions: {hme: eu-west-1}\nlogs: {lock: governence}\n"
    )
    assert ("unknown key 'organisation'", "a.yaml:1:1  organisation", "did you mean organization?") in found
    assert ("unknown key 'hme'", "a.yaml:6:11  regions.hme", "did you mean home?") in found
    assert any(what == "'governence' is not known here" and where.startswith("a.yaml:7:8") for what, where, _ in found)
    assert any(what == "the key 'organization' is missing" for what, _, _ in found)


def test_a_misspelt_key_of_a_unit_is_not_taken_for_a_child_unit() -> None:
    assert problems(GOOD + "  workloads:\n    acounts: [a]\n") == [
        (
            "'acounts' is neither a known key nor a unit (a mapping)",
            "a.yaml:7:5  ous.workloads.acounts",
            "did you mean accounts?",
        ),
    ]


def test_a_mistake_inside_an_account_points_into_the_account() -> None:
    ((what, where, fix),) = problems(GOOD + "  prod:\n    accounts: {shop: {emial: x}}\n")
    assert (what, where, fix) == (
        "unknown key 'emial'",
        "a.yaml:7:23  ous.prod.accounts.shop.emial",
        "did you mean email?",
    )


def test_a_duplicate_key_is_an_error() -> None:
    assert problems(GOOD + "ous: {}\n") == [
        ("the key 'ous' stands twice (first on line 3)", "a.yaml:6:1", "keep one of them"),
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"- a", "an architecture is a mapping"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"a:\n\t- b", "this is not YAML"),
        (b"%YAML 9\n", "this is not YAML"),
        (b"[" * 100_000, "nested more than 40 deep"),
        (b"a: &x\n  b: *x", "part of"),
        (b"a: !!python/object/apply:os.system [true]", "an architecture|not understood|missing"),
        (b"a: !x 1", "the tag !x is not understood"),
        (b"a: 1\n<<: {b: 1}", "merge keys"),
        (b"a: 1\n---\nb: 2\n", "this is not YAML"),
        (b"a: " + b"[1," * 30 + b"1" + b"]" * 30 + b"\n? [x]\n: 1", "a key must be text"),
    ],
)
def test_what_is_no_architecture_is_refused_in_words(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        check(source.parse(data))
    assert all(problem.fix for problem in caught.value.problems)


def test_aliases_cannot_blow_a_file_up() -> None:
    names = "abcdefghij"
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]" for before, name in itertools.pairwise(names)]
    with pytest.raises(InputError, match="aliases make more than"):
        source.parse("\n".join(lines).encode())


def test_a_file_of_50_megabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(InputError, match="50,000,000 bytes"):
        read_architecture(path)


def test_a_missing_file_a_folder_and_an_unreadable_one_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no file"):
        read_architecture(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="is a folder"):
        read_architecture(tmp_path)


def test_account_ids_stay_text_with_their_leading_zeros() -> None:
    declared = checked(GOOD + "  prod:\n    accounts: {shop: {id: 012345678901}}\n")
    assert declared.architecture.ous["prod"].accounts["shop"].id == "012345678901"


def test_places_are_found_through_units_and_lists() -> None:
    declared = checked(GOOD + "  workloads:\n    prod:\n      accounts: [shop]\n")
    assert declared.place("ous.security.accounts.audit") == (5, 29)
    assert declared.place("ous.workloads.prod.accounts.shop") == (8, 18)
    assert declared.place("detect.guardduty") == (1, 1)


def test_explain_shows_defaults_with_their_reason_and_what_is_stated_with_its_line() -> None:
    settings = {item.path: item for item in explain(checked(GOOD + "detect: {macie: false}\n"))}
    assert settings["detect.macie"].where == "a.yaml:6:10"
    assert settings["detect.macie"].value is False
    lock = settings["logs.lock"]
    assert (lock.value, lock.stated, lock.asked_by) == ("governance", False, ("LOG-2",))
    assert "compliance mode" in lock.why


def test_every_default_says_what_it_is_for() -> None:
    for item in explain(checked(GOOD)):
        assert item.description, item.path
        assert item.why, item.path


def test_every_key_of_the_file_says_what_it_does_and_every_default_why() -> None:
    schema = json_schema()
    for section in (schema, *schema["$defs"].values()):
        for key, facts in section.get("properties", {}).items():
            assert facts.get("description") or "$ref" in facts, key
            if "why" in facts and section is not schema:
                assert facts["why"], key


def test_every_code_that_a_setting_or_a_guardrail_names_is_explained_in_a_line() -> None:
    codes = {code for item in explain(checked(GOOD)) for code in item.asked_by}
    own = {code for one in all_guardrails().values() for code in one.maps_to if ":" not in code}
    assert sorted((codes | own) - set(MEANINGS)) == []
    assert MEANINGS["IAM-4"] == "session durations limited per role and permission set"


def test_codes_are_listed_once_and_by_number() -> None:
    assert list(meanings(["FSBP:GuardDuty.10", "IAM-4", "FSBP:GuardDuty.5", "IAM-4", "MOON-1"])) == [
        "FSBP:GuardDuty.5",
        "FSBP:GuardDuty.10",
        "IAM-4",
    ]


def test_explain_ends_with_the_codes_that_it_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(GOOD)
    command(str(path), schema=False, all_=False, output="table")
    lines = capsys.readouterr().out.splitlines()
    after = lines[lines.index("who asks:") + 1 :]
    assert "    IAM-4              session durations limited per role and permission set" in after
    assert len(after) == len({line.split()[0] for line in after})
    prefix = lines.index("network.prefix = 20   (default)")
    assert lines[prefix + 2].startswith("    why: 4,096 addresses")


def test_explain_tells_what_a_code_asks_for(capsys: pytest.CaptureFixture[str]) -> None:
    command("IAM-4", schema=False, all_=False, output="table")
    assert "session durations limited" in capsys.readouterr().out


def test_the_schema_knows_units_inside_units_and_accounts_as_names_or_entries() -> None:
    schema = json_schema()
    unit = schema["$defs"]["Unit"]
    assert unit["additionalProperties"] == {"anyOf": [{"$ref": "#/$defs/Unit"}, {"type": "null"}]}
    assert [option["type"] for option in unit["properties"]["accounts"]["anyOf"]] == ["array", "object"]
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == {"organization", "emails", "ous"}


def test_the_starter_is_valid() -> None:
    architecture = checked(starter("acme", "aws+{account}@acme.example", "eu-west-1", "2099-12-31")).architecture
    assert architecture.organization == "acme"


@given(st.text(max_size=200))
def test_no_text_gets_a_traceback(text: str) -> None:
    try:
        check(source.parse(text.encode("utf-8", "surrogatepass")))
    except BastideError as error:
        assert error.problems
