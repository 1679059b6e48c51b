"""The organization's tree: the way down to an account, and the policies on it."""

from bastide.model import Account, Organization, OrganizationPolicy, Unit

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
FULL = OrganizationPolicy("p-full", "FullAWSAccess", SCP, None, ("r-1", "ou-1", "ou-2", "222222222222"))
REGIONS = OrganizationPolicy("p-regions", "regions", SCP, None, ("ou-1",))
PERIMETER = OrganizationPolicy("p-perimeter", "perimeter", RCP, None, ("r-1", "ou-2"))
TREE = Organization(
    "o-1",
    "r-1",
    "111111111111",
    (Account("111111111111", "management", parent_id="r-1"), Account("222222222222", "shop", parent_id="ou-2")),
    (Unit("ou-1", "workloads", "r-1", "workloads"), Unit("ou-2", "prod", "ou-1", "workloads/prod")),
    (FULL, REGIONS, PERIMETER),
)


def test_the_path_leads_from_the_root_to_the_account() -> None:
    assert TREE.path("222222222222") == ("r-1", "ou-1", "ou-2", "222222222222")
    assert TREE.path("111111111111") == ("r-1", "111111111111")
    assert TREE.path("999999999999") == ()


def test_the_unit_path_is_made_of_names() -> None:
    assert TREE.unit_path("222222222222") == "workloads/prod"
    assert TREE.unit_path("111111111111") == ""
    assert TREE.unit_path("999999999999") == ""


def test_policies_in_force_come_level_by_level_from_the_root_and_of_one_type() -> None:
    assert TREE.policies_above("222222222222", SCP) == ((FULL,), (FULL, REGIONS), (FULL,), (FULL,))
    assert TREE.policies_above("222222222222", RCP) == ((PERIMETER,), (), (PERIMETER,), ())
    assert TREE.policies_above("111111111111", SCP) == ((FULL,), ())
    assert TREE.policies_above("999999999999", SCP) == ()


def test_an_account_is_called_by_its_name_or_its_digits() -> None:
    assert TREE.account_name("222222222222") == "shop"
    assert TREE.account_name("999999999999") == "999999999999"
