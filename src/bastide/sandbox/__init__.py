"""The sandbox: an AWS organization emulated on this machine, so that every claim can be tried without an account.

moto keeps the state, behind our own front; what moto lacks or gets silently wrong is a shim; an operation that is
neither answers `NotImplementedInSandbox` in AWS's own error shape, never an empty success.

In process (tests, the command line)::

    from bastide.sandbox import Sandbox

    sandbox = Sandbox()  # an empty management account; Sandbox(journal=path) survives the process
    bare = Sandbox(enforce=False)  # no policy is enforced
    aws = sandbox.session()  # boto3.Session of the management account's administrator
    aws.client("organizations").create_organization(FeatureSet="ALL")
    member = sandbox.session(account_id, region="eu-west-1")  # OrganizationAccountAccessRole in a member
    sandbox.attach(botocore_session)  # or bring your own session, with BOOTSTRAP_CREDENTIALS
    sandbox.clock.advance("7d")  # deliveries, digests and expiry follow
    sandbox.deliver()  # CloudTrail's log files now, not within minutes
    sandbox.reset()

Over HTTP (the user's AWS CLI, Terraform, boto3)::

    from bastide.sandbox import process

    endpoint = process.ensure(directory)  # Endpoint(url, pid, port); start, stop, status and reset likewise
    process.environment(endpoint, account)  # AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, … for that account

`coverage.coverage()` lists every operation as real, shimmed or refused. Several sandboxes may live in one process; they
share one lock. `authorize` decides every call, `trail` writes CloudTrail, `sandbox.clock` drives the time.
`signature` verifies that a caller has the secret of its key. Not modelled: waiting; what AWS does in minutes is done at
once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bastide.sandbox.credentials import BOOTSTRAP_CREDENTIALS, MANAGEMENT_ACCOUNT, MEMBER_ROLE

if TYPE_CHECKING:
    from bastide.sandbox.organization import Sandbox

__all__ = ["BOOTSTRAP_CREDENTIALS", "MANAGEMENT_ACCOUNT", "MEMBER_ROLE", "Sandbox"]


def __getattr__(name: str) -> Any:
    # Deferred so that `process` can tell a running server's address without importing moto (1 s).
    if name == "Sandbox":
        from bastide.sandbox.organization import Sandbox

        return Sandbox
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
