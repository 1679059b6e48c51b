"""Facts of the machine and the code that figures were taken on."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("boto3", "botocore", "moto", "msgspec", "pydantic", "rustworkx", "SQLAlchemy", "jinja2", "rich", "typer")


def facts() -> dict[str, Any]:
    """Cores, memory, CPU, system, Python, packages, load and commit."""
    return {
        "cpu": _field(Path("/proc/cpuinfo"), "model name") or platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mb": int((_field(Path("/proc/meminfo"), "MemTotal") or "0").split()[0]) // 1000,
        "load_before": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "commit": commit(),
        "changed_files": len(_git("status", "--porcelain", "--untracked-files=no", "--", "src").splitlines()),
    }


def commit() -> str:
    """The short hash of the commit that is checked out, or ``unknown``."""
    return _git("rev-parse", "--short", "HEAD").strip() or "unknown"


def _git(*arguments: str) -> str:
    try:
        return subprocess.run(["git", *arguments], capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return ""


def _field(path: Path, name: str) -> str:
    lines = path.read_text().splitlines() if path.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(name)), "")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
