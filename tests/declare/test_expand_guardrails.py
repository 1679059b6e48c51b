"""Which guardrail policies are attached where: as high as they hold, never where a unit said otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bastide.declare.architecture import Architecture
from bastide.declare.expand import Known
from bastide.declare.expansion.guardrails import attachments
from bastide.declare.expansion.standing import nodes, standings
from bastide.declare.expansion.survey import survey
from bastide.errors import InputError, Problem
from bastide.prove.guardrail import RCP, SCP
from tests.declare.architectures import MANAGEMENT, expanded, small


def attached(value: dict[str, Any], today: str = "") -> dict[str, tuple[list[str], list[str]]]:
    """Policy → (paths, guardrails)."""
    problems: list[Problem] = []
    found = attachments(survey(Architecture.model_validate(value), Known(MANAGEMENT)), today, problems)
    assert problems == []
    return {one.packed.name: ([node.path for node in one.nodes], sorted(one.packed.contents)) for one in found}


def with_unit(name: str, **says: Any) -> dict[str, Any]:
    value = small()
    value["ous"][name] = {"accounts": [f"{name}-account"], **says}
    return value


def test_where_nobody_differs_everything_is_attached_to_the_root() -> None:
    found = attached(small())
    assert {name: paths for name, (paths, _) in found.items()} == {
        "bastide-rcp-all-1": [""],
        "bastide-scp-all-1": [""],
        "bastide-scp-all-2": [""],
        "bastide-scp-only-quarantine-1": ["quarantine"],
    }
    assert found["bastide-scp-only-quarantine-1"][1] == ["quarantine-new-account"]
    everywhere = {*found["bastide-scp-all-1"][1], *found["bastide-scp-all-2"][1]}
    assert {"leave-organization", "region-restriction", "vpc-internet"} <= everywhere


def test_what_a_relaxed_unit_does_without_is_attached_to_its_siblings_and_not_above_it() -> None:
    found = attached(with_unit("sandbox", guardrails={"default": "relaxed"}))
    paths, names = found["bastide-scp-except-sandbox-1"]
    assert paths == ["quarantine", "security", "workloads"]
    everywhere = {*found["bastide-scp-all-1"][1], *found.get("bastide-scp-all-2", ("", ()))[1]}
    assert "ebs-encrypted-volumes" in names
    assert "ebs-encrypted-volumes" not in everywhere
    assert {"leave-organization", "region-restriction"} <= everywhere


def test_adding_a_unit_that_agrees_renames_no_policy() -> None:
    value = with_unit("sandbox", guardrails={"default": "relaxed"})
    before = set(attached(value))
    value["ous"]["another"] = {"accounts": ["another-account"]}
    assert set(attached(value)) == before


def test_a_guardrail_in_warn_is_not_attached() -> None:
    value = small()
    value["ous"]["workloads"]["dev"]["guardrails"] = {"imdsv2-launch": "warn"}
    found = attached(value)
    paths, names = found["bastide-scp-except-workloads-dev-1"]
    assert names == ["imdsv2-launch"]
    assert paths == ["quarantine", "security", "workloads/prod"]


def test_one_account_may_differ_from_its_unit() -> None:
    value = small()
    value["ous"]["workloads"]["prod"]["accounts"] = {"shop": {"guardrails": {"vpc-internet": False}}, "data": {}}
    paths, names = attached(value)["bastide-scp-except-workloads-prod-shop-1"]
    assert names == ["vpc-internet"]
    assert paths == ["quarantine", "security", "workloads/dev", "workloads/prod/@data"]


def test_a_strict_unit_below_a_relaxed_root_is_strict() -> None:
    value = small(guardrails={"default": "relaxed"})
    value["ous"]["workloads"]["prod"]["guardrails"] = {"default": "strict"}
    paths, names = attached(value)["bastide-scp-only-workloads-prod-1"]
    assert paths == ["workloads/prod"]
    assert "vpc-internet" in names


def test_other_parameters_are_another_policy() -> None:
    value = small()
    value["ous"]["workloads"]["dev"]["guardrails"] = {"kms-deletion": {"days": "7"}}
    found = attached(value)
    holding = [paths for paths, names in found.values() if "kms-deletion" in names]
    assert sorted(holding) == [["quarantine", "security", "workloads/prod"], ["workloads/dev"]]


def exemption(until: str = "2027-01-31", **changes: str) -> dict[str, Any]:
    one = {"guardrail": "vpc-internet", "at": "workloads/prod", "why": "public shop until the proxy is there"}
    return small(exempt=[{**one, "until": until, **changes}])


def test_an_exemption_takes_a_guardrail_away_at_its_node_until_its_day() -> None:
    paths, names = attached(exemption(), "2027-01-31")["bastide-scp-except-workloads-prod-1"]
    assert (paths, names) == (["quarantine", "security", "workloads/dev"], ["vpc-internet"])
    ended = attached(exemption(), "2027-02-01")
    assert [paths for paths, names in ended.values() if "vpc-internet" in names] == [[""]]


def test_an_exemption_is_told_with_its_reason() -> None:
    problems: list[Problem] = []
    found = standings(survey(Architecture.model_validate(exemption(at="shop")), Known(MANAGEMENT)), "", problems)
    assert found["workloads/prod/@shop"].exempted["vpc-internet"].why == "public shop until the proxy is there"
    assert found["workloads/prod"].exempted == {}


def test_the_perimeter_can_be_switched_off_by_name() -> None:
    off = attached(small(guardrails={"perimeter": "off"}))
    assert not any("perimeter" in guardrail for _, names in off.values() for guardrail in names)


def test_the_organization_holds_the_policies_that_aws_attaches_everywhere() -> None:
    organization = expanded().organization
    assert organization is not None
    shop = next(one.id for one in organization.accounts if one.name == "shop")
    for kind in (SCP, RCP):
        levels = organization.policies_above(shop, kind)
        assert len(levels) == 4  # root, workloads, prod, the account
        assert all(any(policy.name.endswith("FullAWSAccess") for policy in level) for level in levels)


def test_too_many_differences_are_told_before_any_call() -> None:
    value = small()
    names = ("vpc-internet", "serial-console", "kms-grants", "kms-deletion", "s3-public-acl", "region-opt-in")
    more = ("backup-protect", "billing-contacts", "imdsv2-launch", "imdsv2-modify")
    for name in (*names, *more):
        value["ous"][f"without-{name}"] = {"accounts": [f"account-{name}"], "guardrails": {name: False}}
    with pytest.raises(InputError, match=r"\d+ SCPs would be attached to .*, 10 may be"):
        expanded(value)


OVERRIDES = st.dictionaries(
    st.sampled_from(["vpc-internet", "imdsv2-launch", "region-restriction"]), st.sampled_from([True, False, "warn"])
)
SAYS = st.one_of(
    st.just({}),
    st.builds(lambda level: {"default": level}, st.sampled_from(["strict", "standard", "relaxed"])),
    OVERRIDES,
)


@given(root=SAYS, prod=SAYS, dev=SAYS, account=SAYS, exempt=st.sampled_from(["", "shop", "workloads", "*"]))
@hypothesis_settings(max_examples=40)
def test_every_account_gets_exactly_the_guardrails_that_stand_for_it(
    root: dict[str, Any], prod: dict[str, Any], dev: dict[str, Any], account: dict[str, Any], exempt: str
) -> None:
    value = exemption(at=exempt) if exempt else small()
    value["guardrails"] = root
    value["ous"]["workloads"]["dev"]["guardrails"] = dev
    value["ous"]["workloads"]["prod"] = {"guardrails": prod, "accounts": {"shop": {"guardrails": account}, "data": {}}}
    found = survey(Architecture.model_validate(value), Known(MANAGEMENT))
    problems: list[Problem] = []
    made = attachments(found, "", problems)
    stands = standings(found, "", problems)
    for node in nodes(found):
        if "@" in node.path:
            above = {"", *_prefixes(node.path)}
            got = {name for one in made for at in one.nodes if at.path in above for name in one.packed.contents}
            wanted = {name for name, choice in stands[node.path].choices.items() if not choice.warn}
            assert got == wanted, node.path
    assert problems == []


def _prefixes(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]
