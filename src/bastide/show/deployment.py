"""An architecture deployed into a sandbox of this process, for trials that leave nothing behind.

One idea: the same plan and apply as everywhere, on a target and a store that go when the trial ends.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bastide.errors import IncompleteError
from bastide.show.workspace import Settings, Workspace

if TYPE_CHECKING:
    from bastide.aws.session import Target
    from bastide.model import Organization
    from bastide.sandbox import Sandbox


class PassingWorkspace(Workspace):
    """A workspace whose state is kept in a folder of its own."""

    def __init__(self, settings: Settings, target: Target, folder: Path) -> None:
        """A workspace of ``settings`` on ``target`` with its database in ``folder``."""
        super().__init__(settings, target)
        from bastide.store import Store

        self.store = Store.open(folder / "state.db")


@contextmanager
def deployment(
    file: Path, check: Callable[[Workspace], object] = lambda workspace: None
) -> Iterator[tuple[Sandbox, Workspace, Organization]]:
    """The architecture, deployed into a new sandbox; its state goes when this ends.

    ``check`` looks at the file before anything is made, and raises what is wrong with it.

    Raises:
        InputError: the file is wrong.
        IncompleteError: not everything could be deployed.
    """
    from bastide.aws.session import Target
    from bastide.sandbox import Sandbox

    sandbox = Sandbox()
    with tempfile.TemporaryDirectory(prefix="bastide-trial-") as folder:
        workspace = PassingWorkspace(Settings(file), Target.sandbox(sandbox), Path(folder))
        try:
            check(workspace)
            outcome = workspace.applied(workspace.planned())
            organization = workspace.organization()
            if not outcome.complete or organization is None:
                raise IncompleteError(f"{len(outcome.failed)} changes failed, {len(outcome.skipped)} were skipped")
            yield sandbox, workspace, organization
        finally:
            workspace.store.close()
            sandbox.close()
