"""By whom the logs of a bucket are read: as the user says, else by the user, else by the architecture's log reader.

One idea: nobody should have to know a role to read the organization's trail. Where the user's own credentials are
denied and no role is named, the reader of the audit account takes the log reader of the account that keeps the logs:
`bastide apply` made both for this. Nothing is made or changed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bastide.errors import TargetError
from bastide.model.platform import LOG_READER, role_path

if TYPE_CHECKING:
    from bastide.aws.objects import Hands, Objects, Queue
    from bastide.aws.session import Target
    from bastide.show.workspace import Workspace

HOME = "us-east-1"


@dataclass(frozen=True)
class Reading:
    """How a command reads buckets: ``roles`` and ``external_id`` as the user named them; ``place`` knows the rest."""

    place: Workspace
    roles: tuple[str, ...] = ()
    external_id: str = ""

    @property
    def target(self) -> Target:
        """Where the buckets are."""
        return self.place.target

    def objects(self, bucket: str, prefix: str) -> Objects:
        """The objects of a bucket, by the first hands that may read it. Raises TargetError."""
        from bastide.aws.objects import open_objects

        found = open_objects(self.target, HOME, self._named)
        if self.roles or not found.is_denied(bucket, prefix):
            return found
        other = self._log_reader()
        return open_objects(self.target, HOME, other) if other else found

    def queue(self, region: str, name: str) -> tuple[Queue, Objects]:
        """A queue, and the objects that its messages name. Raises TargetError."""
        from bastide.aws.objects import open_objects, open_queue

        return open_queue(self.target, region, name, self._named), open_objects(self.target, region, self._named)

    @property
    def _named(self) -> Hands:
        from bastide.aws.objects import Hands

        return Hands(self.roles, external_id=self.external_id)

    def _log_reader(self) -> Hands | None:
        """The log reader, taken from the audit account; None where there is no such architecture.

        Raises:
            InputError: the architecture file is wrong.
        """
        from bastide.aws.objects import Hands

        place, target = self.place, self.target
        if not place.settings.file.exists():
            return None
        architecture = place.declaration.architecture
        try:
            organization = place.organization()
        except TargetError:
            return None
        accounts = {one.name: one.id for one in organization.accounts} if organization else {}
        archive, audit = (accounts.get(name) for name in (architecture.logs.account, architecture.detect.account))
        if not archive or not audit:
            return None
        if audit != target.home_account:
            place.enter_to_read()
            _refuse_closed(target, audit)
        return Hands((f"arn:{target.partition}:iam::{archive}:role/{role_path(LOG_READER)}",), audit)


def _refuse_closed(target: Target, audit: str) -> None:
    """Do not go on when the audit account's reader cannot be taken.

    Raises:
        TargetError: it cannot, or another role was taken than the one that the log reader lets in.
    """
    from bastide.aws.failure import ClientError

    fix = "`bastide apply` makes it; who may take it says identity.deployers; or name a role: --as-role ARN"
    where = f"{audit}  role/{target.first_role}"
    try:
        target.enter(audit)
    except ClientError as wrong:
        raise TargetError(
            f"the reader of the audit account cannot be taken, which may take {LOG_READER}: {wrong}", where, fix
        ) from wrong
    if audit in target.entered_otherwise:
        raise TargetError(f"the reader of the audit account cannot be taken, which may take {LOG_READER}", where, fix)
