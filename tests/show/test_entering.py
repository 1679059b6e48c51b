"""Which roles are taken in member accounts, with which external id, and what a person is told of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bastide.aws.session import Target, Way
from bastide.errors import InputError, TargetError
from bastide.model import GLOBAL, Action, Change, ResourceKey
from bastide.model.platform import DEPLOYER, MEMBER_ROLE, READER
from bastide.sandbox import Sandbox
from bastide.sandbox.faults import parse_rules
from bastide.show.entering import kept_external_id, notice, refuse_unprotected, to_change, ways
from bastide.show.workspace import Settings, Workspace
from bastide.store import Store

LAST = Way(MEMBER_ROLE)
SMALL = """\
organization: tiny
emails: aws+{account}@tiny.example
regions: {home: eu-west-1}
detect: {guardduty: false, macie: false, inspector: [], securityhub: [], config: false, access-analyzer: false}
ous:
  security:
    accounts: [log-archive, audit]
"""


@pytest.mark.parametrize(
    ("stated", "stated_id", "expected"),
    [
        ("", "", (Way("bastide/bastide-reader", "kept"), LAST)),
        ("bastide/mine", "", (Way("bastide/mine", "kept"), LAST)),
        ("bastide/mine", "own", (Way("bastide/mine", "own"), LAST)),
        ("/org/Auditor", "", (Way("org/Auditor"), LAST)),
        ("org/Auditor", "own", (Way("org/Auditor", "own"), LAST)),
        (MEMBER_ROLE, "", (LAST,)),
    ],
)
def test_the_role_that_is_named_goes_first_and_aws_s_own_comes_last(
    stated: str, stated_id: str, expected: tuple[Way, ...]
) -> None:
    assert ways(READER, stated, "kept", stated_id) == expected


@pytest.mark.parametrize("name", ["org/Deployer", "bastide", "bastide-deployer", "x/bastide/y", "AWSControlTower"])
def test_a_role_that_guardrails_bind_changes_nothing(name: str) -> None:
    with pytest.raises(InputError, match="guardrails would deny the role") as caught:
        refuse_unprotected(name)
    assert "leave --role out to take bastide/bastide-deployer" in caught.value.problems[0].fix


@pytest.mark.parametrize("name", ["", "bastide/other", "/bastide/other", MEMBER_ROLE])
def test_a_role_that_guardrails_exempt_changes_what_it_may(name: str) -> None:
    refuse_unprotected(name)


@pytest.mark.parametrize("action", [Action.DELETE, Action.REPLACE, Action.UPDATE])
def test_the_deployer_does_not_saw_off_its_own_branch(action: Action) -> None:
    change = Change(action, ResourceKey("AWS::IAM::Role", "111111111111", GLOBAL, DEPLOYER), {}, {}, ())
    wanted = ways(DEPLOYER, "", "kept", "")
    assert (to_change([change], wanted)[0] == LAST) == (action is not Action.UPDATE)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


@pytest.fixture
def place(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("BASTIDE_STATE", str(tmp_path / "state"))
    file = tmp_path / "architecture.yaml"
    file.write_text(SMALL)
    made = Workspace(Settings(file), Target.sandbox(sandbox))
    yield made
    made.store.close()


def test_the_first_apply_goes_in_by_aws_s_role_and_from_then_on_reader_and_deployer_do(place: Workspace) -> None:
    plan = place.planned()
    outcome = place.applied(plan)
    assert outcome.complete
    accounts = {result.key.account for result in outcome.done} - {place.target.management_account}
    assert set(place.target.entered_otherwise) == accounts
    assert notice(place.target, accounts) == ""
    assert "bastide/bastide-deployer could not be taken in" in notice(place.target)
    assert place.planned().empty
    assert (place.target.first_role, place.target.entered_otherwise) == ("bastide/bastide-reader", {})
    assert place.applied(place.planned()).complete
    assert place.target.entered_otherwise == {}


def test_the_external_id_is_random_kept_and_found_again_where_the_state_is_lost(
    place: Workspace, tmp_path: Path
) -> None:
    assert len(place.external_id) == 32
    assert place.applied(place.planned()).complete
    assert kept_external_id(place.target, place.store) == place.external_id
    lost = Store.open(tmp_path / "other.db")
    assert kept_external_id(place.target, lost) == place.external_id
    assert lost.external_id(place.target.label) == place.external_id
    assert lost.keep_external_id(place.target.label, "another") == place.external_id
    lost.close()


@pytest.mark.parametrize("fault", ["deny", "throttle", "close"])
def test_no_external_id_is_made_up_while_the_deployer_cannot_be_read(
    sandbox: Sandbox, place: Workspace, tmp_path: Path, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)  # of botocore's retries
    assert place.applied(place.planned()).complete
    monkeypatch.setenv("BASTIDE_STATE", str(tmp_path / "lost"))
    lost = Workspace(place.settings, place.target)
    sandbox.faults.set(parse_rules({"rules": [{"fault": fault, "match": {"operation": "GetRole"}}]}))
    with pytest.raises(TargetError, match="external id that Bastide's roles ask for cannot be read: ") as said:
        lost.planned()
    assert "identity: {external-id: …}" in str(said.value)
    assert lost.store.external_id(place.target.label) == ""
    lost.enter_to_read()  # to look is fine: AWS's own role lets in
    sandbox.faults.set(parse_rules({"rules": []}))
    assert lost.planned().empty
    lost.store.close()


def test_the_file_s_external_id_goes_before_the_kept_one(place: Workspace) -> None:
    place.settings.file.write_text(SMALL + "identity: {external-id: ours}\n")
    assert place.external_id == "ours"


def test_a_plan_is_not_carried_out_by_a_role_that_guardrails_bind(place: Workspace) -> None:
    bound = Workspace(Settings(place.settings.file, "aws", role="org/Deployer"), place.target)
    plan = bound.planned()  # to look is fine
    with pytest.raises(InputError, match="guardrails would deny the role org/Deployer"):
        bound.applied(plan)
    assert bound.store.runs() == []
    bound.store.close()
