"""One apply makes the audit account administrate every account, and what a member loses comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bastide.apply import undo
from bastide.aws.session import Target, Way
from bastide.model.platform import MEMBER_ROLE
from bastide.sandbox import Sandbox
from bastide.show.workspace import Settings, Workspace

pytestmark = pytest.mark.slow
FILE = """
organization: acme
emails: aws+{{account}}@acme.example
regions: {{home: eu-west-1, allowed: [eu-west-1, eu-central-1]}}
detect: {detect}
ous:
  security: {{accounts: [log-archive, audit]}}
  workloads: {{accounts: [{accounts}]}}
"""
ALL = "{securityhub: [fsbp], inspector: [ec2, ecr], config: false, access-analyzer: true}"
NONE = "{guardduty: false, securityhub: [], macie: false, inspector: [], config: false, access-analyzer: true}"
Place = Callable[..., Workspace]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """``place(accounts)``: a workspace over the same sandbox whose file names these workload accounts."""
    monkeypatch.setenv("BASTIDE_STATE", str(tmp_path / "state"))
    sandbox = Sandbox()
    target = Target.sandbox(sandbox)
    file = tmp_path / "acme.yaml"

    def workspace(accounts: str, detect: str = ALL) -> Workspace:
        file.write_text(FILE.format(accounts=accounts, detect=detect))
        return Workspace(Settings(file=file), target)

    yield workspace
    sandbox.close()


def deployed(workspace: Workspace) -> str:
    """The run in which everything that was planned was made, and nothing was left to plan."""
    outcome = workspace.applied(workspace.planned())
    assert outcome.complete, [str(result) for result in outcome.results if result.message]
    again = workspace.planned()
    assert again.empty, [str(change.key) for change in again.changes]
    return outcome.run_id


class Organization:
    """Accounts by name, and clients in them."""

    def __init__(self, workspace: Workspace) -> None:
        self.target = workspace.target
        found = workspace.organization()
        assert found
        self.ids = {account.name: account.id for account in found.accounts}
        self.ids["management"] = found.management_account

    def client(self, service: str, account: str, region: str = "eu-west-1") -> Any:
        self.target.enter_by((Way(MEMBER_ROLE),))  # planning entered as the reader, who changes nothing
        return self.target.connection(self.ids[account], region).client(service)

    def detector(self, account: str, region: str = "eu-west-1") -> str:
        return str(self.client("guardduty", account, region).list_detectors()["DetectorIds"][0])

    def members(self, region: str) -> dict[str, set[str]]:
        """Service → ids of the members, as the services say it."""
        hub = self.client("securityhub", "audit", region).list_members()["Members"]
        macie = self.client("macie2", "audit", region).list_members()["members"]
        inspector = self.client("inspector2", "audit", region).list_members()["members"]
        guardduty = self.client("guardduty", "audit", region)
        detected = guardduty.list_members(DetectorId=self.detector("audit", region))["Members"]
        return {
            "guardduty": {one["AccountId"] for one in detected},
            "securityhub": {one["AccountId"] for one in hub},
            "macie2": {one["accountId"] for one in macie},
            "inspector2": {one["accountId"] for one in inspector},
        }


def assert_administered(workspace: Workspace, *names: str) -> None:
    there = Organization(workspace)
    wanted = {there.ids[name] for name in ("management", "log-archive", *names)}
    for region in ("eu-west-1", "eu-central-1"):
        assert there.members(region) == dict.fromkeys(("guardduty", "securityhub", "macie2", "inspector2"), wanted)


def test_after_one_apply_every_account_is_administered_in_every_region(place: Place) -> None:
    workspace = place("shop, data")
    deployed(workspace)
    assert_administered(workspace, "shop", "data")


def test_an_account_that_comes_later_is_administered_too(place: Place) -> None:
    deployed(place("shop"))
    more = place("shop, data")
    deployed(more)
    assert_administered(more, "shop", "data")


def test_what_a_member_or_its_administrator_changed_is_put_back(place: Place) -> None:
    workspace = place("shop")
    deployed(workspace)
    there = Organization(workspace)
    shop, admin = there.ids["shop"], there.detector("audit")
    guardduty = there.client("guardduty", "audit")
    guardduty.update_organization_configuration(DetectorId=admin, AutoEnableOrganizationMembers="NONE")
    off = [{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}]
    guardduty.update_member_detectors(DetectorId=admin, AccountIds=[shop], Features=off)
    guardduty.stop_monitoring_members(DetectorId=admin, AccountIds=[shop])
    guardduty.disassociate_members(DetectorId=admin, AccountIds=[there.ids["log-archive"]])
    there.client("macie2", "audit").update_member_session(id=shop, status="PAUSED")
    there.client("inspector2", "audit").disable(accountIds=[shop], resourceTypes=["ECR"])
    there.client("securityhub", "audit").disassociate_members(AccountIds=[shop])
    there.client("securityhub", "shop").disable_security_hub()
    changed = {change.key.type for change in workspace.planned().changes}
    assert changed >= {
        "AWS::GuardDuty::Detector", "Bastide::GuardDuty::Members", "Bastide::GuardDuty::OrganizationConfiguration",
        "AWS::Macie::Session", "Bastide::Inspector2::AccountStatus", "AWS::SecurityHub::Hub",
        "Bastide::SecurityHub::Members",
    }  # fmt: skip
    run = deployed(workspace)
    assert_administered(workspace, "shop")
    store, target = workspace.store, workspace.target
    workspace.enter_to_change((), run)
    undone = undo(run, target, store, as_run=workspace.new_run(), now=target.clock, sleep=lambda _: None)
    assert undone.complete, [str(result) for result in undone.results if result.message]


def test_services_that_the_file_gives_up_are_left_in_an_order_that_aws_allows(place: Place) -> None:
    deployed(place("shop"))
    given_up = place("shop", NONE)
    deployed(given_up)
    there = Organization(given_up)
    for account in ("management", "audit", "shop"):
        assert there.client("guardduty", account).list_detectors()["DetectorIds"] == []
        with pytest.raises(ClientError, match="not subscribed"):
            there.client("securityhub", account).describe_hub()
        with pytest.raises(ClientError, match="not enabled"):
            there.client("macie2", account).get_macie_session()
