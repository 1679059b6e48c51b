"""IAM: changing a role. moto: forgets the description that an update does not name."""

from __future__ import annotations

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim


@shim("iam", "UpdateRole")
def update_role(call: Call) -> Answer:
    """The description stays unless another one is given. Source: IAM API Reference, UpdateRole, "Description"."""
    if call.params.get("Description") is not None:
        return call.forward()
    roles = moto.backend("iam", call.account, "aws").roles.values()
    kept = next((role.description for role in roles if role.name == call.params["RoleName"]), "")
    return call.forward(call.params | {"Description": kept or ""})
