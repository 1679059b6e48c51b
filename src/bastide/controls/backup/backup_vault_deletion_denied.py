"""A vault's policy keeps everybody from deleting recovery points, shortening their life, and taking the policy away."""

from __future__ import annotations

from collections.abc import Iterable

from bastide.controls.control import control
from bastide.controls.parameter import Parameter
from bastide.controls.policies import policy_of
from bastide.iam.exposure import covers, is_all_resources, names_everyone
from bastide.model import PASS, Resource, Statement, Verdict, fail, unknown

PATH = "AccessPolicy"
ACTIONS = ("backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:PutBackupVaultAccessPolicy")
SPARING = frozenset({"arnnotlike", "arnnotequals", "stringnotlike", "stringnotequals"})


@control(
    title="Nobody deletes recovery points from vaults of AWS Backup by hand",
    resource_type="AWS::Backup::BackupVault",
    severity="medium",
    maps_to=("NIST-800-53r5:CP-9(8)", "NIST-800-53r5:SC-28"),
    source="AWS Config Developer Guide, backup-recovery-point-manual-deletion-disabled",
    remediation="Deny the three actions to every principal in the vault's policy, but for those who must.",
    config_rule="backup-recovery-point-manual-deletion-disabled",
    parameters=(Parameter("principalArnList", "list", None, "ARNs of principals that the policy may spare"),),
    properties=(PATH,),
)
def backup_vault_deletion_denied(vault: Resource, *, principal_arn_list: Iterable[str] | None) -> Verdict:
    """FAIL when one of the actions is not denied to everybody on every recovery point."""
    policy = policy_of(vault, PATH)
    if policy is None:
        return fail("the vault has no policy", PATH)
    spared = frozenset(principal_arn_list or ())
    denying = [one for one in policy.plain if _denies_all(one, spared)]
    missing = next((one for one in ACTIONS if not any(_names(each, one) for each in denying)), "")
    if not missing:
        return PASS
    doubt = next((one for one in policy.unread if one.may("Deny")), None)
    return unknown(doubt.reason, doubt.path) if doubt else fail(f"{missing} is not denied to everybody", PATH)


def _denies_all(statement: Statement, spared: frozenset[str]) -> bool:
    """It denies something to everybody on everything, but for the principals that may be spared."""
    everything = statement.resource is not None and any(is_all_resources(one) for one in statement.resource)
    if statement.effect != "Deny" or not names_everyone(statement) or not everything:
        return False
    return all(
        operator.lower() in SPARING and key.lower() == "aws:principalarn" and set(values) <= spared
        for operator, tests in statement.condition.items()
        for key, values in tests.items()
    )


def _names(statement: Statement, action: str) -> bool:
    return any(covers(pattern, action, fold=True) for pattern in statement.action or ())
