"""AWS Backup: access policies of vaults. moto: has none."""

from __future__ import annotations

import json
from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.wire import AwsError


def _vault(call: Call) -> Any:
    name = str(call.params["BackupVaultName"]).rpartition(":")[2]
    found = moto.backend("backup", call.account, call.region).vaults.get(name)
    if found is None:
        raise AwsError("ResourceNotFoundException", f"Backup Vault {name} could not be found.")
    return found


@shim("backup", "PutBackupVaultAccessPolicy")
def put_backup_vault_access_policy(call: Call) -> Answer:
    """The policy of a vault, or none any more. Source: AWS Backup API Reference, PutBackupVaultAccessPolicy."""
    text = call.params.get("Policy") or ""
    try:
        document = json.loads(text) if text else {}
    except ValueError as wrong:
        raise AwsError("InvalidParameterValueException", "The policy is not valid JSON.") from wrong
    if text and not (isinstance(document, dict) and document.get("Statement")):
        raise AwsError("InvalidParameterValueException", "The policy has no statement.")
    _vault(call).access_policy = text
    return None


@shim("backup", "GetBackupVaultAccessPolicy")
def get_backup_vault_access_policy(call: Call) -> Answer:
    """The vault's policy. Raises ResourceNotFoundException when it has none."""
    vault = _vault(call)
    text = getattr(vault, "access_policy", "")
    if not text:
        raise AwsError("ResourceNotFoundException", "Requested resource does not have a policy.")
    return {"BackupVaultName": vault.backup_vault_name, "BackupVaultArn": vault.backup_vault_arn, "Policy": text}


@shim("backup", "DeleteBackupVaultAccessPolicy")
def delete_backup_vault_access_policy(call: Call) -> Answer:
    """No policy any more."""
    _vault(call).access_policy = ""
    return None
