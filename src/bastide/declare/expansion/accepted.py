"""What the platform itself does otherwise than a control asks, and why.

The one idea: a default that a control objects to has a reason, or it is not a default. The reasons are said here, of
what the platform makes or decides alone; a report shows them as accepted, not as passed.
"""

from __future__ import annotations

from typing import NamedTuple

from bastide.model.platform import DEPLOYER, READER

LOGS = ("access-logs", "config", "flow-logs", "trail")


class Accepted(NamedTuple):
    """Findings of a control (a pattern) on some resources (patterns of ids; none: all) that the platform accepts."""

    control: str
    resources: tuple[str, ...]
    why: str


def accepted(organization: str) -> tuple[Accepted, ...]:
    """The deviations of the platform of an organization of that name."""
    logs = tuple(f"{organization}-{kind}-*" for kind in LOGS)
    unlockable = tuple(f"{organization}-{kind}-*" for kind in LOGS if kind != "trail")
    return (
        Accepted("s3-bucket-replicated*", logs, "a second copy of the logs is a matter of cost"),
        Accepted("backup-bucket-covered", logs, "versions and the lock keep the logs; a backup would be a second copy"),
        Accepted("s3-bucket-events-notified", logs, "logs are read on a schedule; nobody waits for a single file"),
        Accepted(
            "s3-bucket-object-lock-enabled", unlockable,
            "S3 server access logs and AWS Config are not delivered to buckets with a default retention",
        ),
        Accepted(
            "s3-bucket-access-logged", (f"{organization}-access-logs-*",),
            "a bucket that logs to itself logs its own logging",
        ),
        Accepted(
            "athena-workgroup-*", ("primary",),
            "AWS makes this workgroup in every region; whoever queries with Athena makes one that is watched",
        ),
        Accepted(
            "cloudtrail-sent-to-cloudwatch", ("bastide-organization",),
            "the trail is read from its bucket (`bastide ingest`); CloudWatch Logs would be a second, dearer copy",
        ),
        Accepted(
            "macie-automated-discovery", (),
            "automated discovery is paid for by the object that it looks at; switch it on where data is sensitive",
        ),
        Accepted(
            "ec2-vpc-internet-gateways-blocked", (),
            "networks that are declared public need their gateway; a guardrail keeps others from making one",
        ),
        Accepted(
            "cloudtrail-records-object*", (),
            "which requests to objects are logged is a matter of cost: `logs.events` says it",
        ),
        Accepted(
            "iam-role-no-inline-policies", ("AWSReservedSSO_*",),
            "it comes from a permission set of Identity Center, and cannot be changed in the account",
        ),
        Accepted(
            "iam-role-no-inline-policies", (DEPLOYER, READER, "bastide-log-reader"),
            "a policy that one role has and no other may have stands in that role",
        ),
        Accepted(
            "iam-policy-in-use", (),
            "administrators may open cases with AWS's support; make a role for it where others handle incidents",
        ),
    )  # fmt: skip
