"""Where the lake is: ``.bastide/lake`` beside the architecture file, or what ``.bastide/lake.yaml`` says.

The file's ``schema`` is ``bastide.lake-settings/1``; ``folder`` is where manifest, lock and local data are, and
``catalog`` holds pyiceberg's properties (``type: glue``, ``warehouse: s3://…``); without it SQLite beside the data.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bastide.errors import InputError
from bastide.show.workspace import Settings

if TYPE_CHECKING:
    from bastide.lake import Lake

SCHEMA = "bastide.lake-settings/1"


class LakeSettings(BaseModel):
    """What the settings file says. `folder`: of the manifest and the lock, and of the data of a local lake.

    A relative one is told from where the file lies.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    # pydantic has a deprecated method named schema.
    version: str = Field(alias="schema")
    folder: Path | None = None
    catalog: dict[str, str] = {}


def read_settings(settings: Settings) -> LakeSettings:
    """The lake's settings; the defaults when there is no such file.

    Raises:
        InputError: the file is no YAML, or says what nobody knows.
    """
    path = settings.state / "lake.yaml"
    if not path.exists():
        return LakeSettings(schema=SCHEMA)
    try:
        found = LakeSettings.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (yaml.YAMLError, UnicodeDecodeError) as wrong:
        raise InputError("the lake's settings are no YAML", str(path), "see docs/lake.md") from wrong
    except ValidationError as wrong:
        first = wrong.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"the lake's settings are wrong: {where}: {first['msg']}", str(path), "see docs/lake.md"
        ) from (wrong)
    if found.version != SCHEMA:
        raise InputError(f"unknown schema {found.version!r}", str(path), f"this version reads {SCHEMA}")
    return found


def lake_folder(settings: Settings, folder: Path | None = None) -> Path:
    """The folder of the lake: what was asked for, what the settings say, or `.bastide/lake`."""
    return folder or settings.state / (read_settings(settings).folder or "lake")


def has_lake(settings: Settings, folder: Path | None = None) -> bool:
    """Whether there is a lake to read, so that a reader does not make one in somebody's folder."""
    return bool(read_settings(settings).catalog) or (lake_folder(settings, folder) / "catalog.db").is_file()


def open_lake(settings: Settings, folder: Path | None = None, *, make: bool = False) -> Lake:
    """The lake.

    Raises:
        InputError: there is none (unless `make`), or its packages are not installed.
    """
    missing = [name for name in ("duckdb", "pyiceberg", "pyarrow", "zlib_ng") if find_spec(name) is None]
    if missing:
        raise InputError(f"not installed: {', '.join(missing)}", fix="pip install 'bastide[lake]'")
    from bastide.lake import Lake

    root = lake_folder(settings, folder)
    if not make and not root.is_dir():
        raise InputError("there is no lake", str(root), "bastide ingest makes one")
    return Lake.open(root, read_settings(settings).catalog or None)
