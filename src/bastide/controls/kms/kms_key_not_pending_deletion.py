"""A customer key is not about to be deleted, and with it all that it encrypted.

A key whose deletion is scheduled is observed as a type of its own: for a plan it is gone already.
"""

from bastide.controls.control import control
from bastide.model import PASS, Resource, Unknown, Verdict, fail, unknown


@control(
    title="Customer keys are not pending deletion",
    resource_type="Bastide::KMS::PendingKey",
    severity="critical",
    maps_to=("FSBP:KMS.3", "NIST-800-53r5:SC-12"),
    source="AWS KMS Developer Guide, Delete an AWS KMS key",
    remediation="Find out what the key encrypts; cancel the deletion unless all of it may be lost.",
    config_rule="kms-cmk-not-scheduled-for-deletion-2",
)
def kms_key_not_pending_deletion(key: Resource) -> Verdict:
    """FAIL when the deletion of the key is scheduled."""
    state = key.get("KeyState")
    if isinstance(state, Unknown):
        return unknown(state, "KeyState")
    pending = str(state).replace("_", "").upper() in ("PENDINGDELETION", "PENDINGREPLICADELETION")
    return fail("the key will be deleted", "KeyState") if pending else PASS
