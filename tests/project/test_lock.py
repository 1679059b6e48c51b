"""The lock names exact versions and no registry, and covers what pyproject.toml asks for."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = {canonicalize_name(name): Version(version) for name, _, version in (line.partition("==") for line in LOCK[1:])}


def test_each_line_is_one_exact_version_without_an_address() -> None:
    assert LOCK[0].startswith("# ")
    assert [line for line in LOCK[1:] if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line)] == []


def test_the_lock_answers_every_requirement_of_the_extras_that_make_installs() -> None:
    extras = PROJECT["optional-dependencies"]
    asked = [
        Requirement(line)
        for line in (*PROJECT["dependencies"], *(r for e in ("sandbox", "templates", "lake", "dev") for r in extras[e]))
    ]
    unmet = [str(one) for one in asked if PINS.get(canonicalize_name(one.name), Version("0")) not in one.specifier]
    assert unmet == []
    assert not [one for one in asked if canonicalize_name(one.name) not in PINS]


def closure(asked: list[Requirement]) -> set[str]:
    """Every package that the requirements pull in, as installed."""
    found: dict[tuple[str, str], None] = {}
    while asked:
        one = asked.pop()
        for extra in ("", *one.extras):
            key = (canonicalize_name(one.name), extra)
            if key not in found:
                found[key] = None
                inner = map(Requirement, metadata.requires(one.name) or ())
                asked += [r for r in inner if r.marker is None or r.marker.evaluate({"extra": extra})]
    return {name for name, _ in found}


def test_what_users_install_stays_small_even_with_every_extra_of_the_demo() -> None:
    extras = PROJECT["optional-dependencies"]
    core = closure([Requirement(line) for line in PROJECT["dependencies"]])
    every = closure(
        [Requirement(r) for r in (*PROJECT["dependencies"], *extras["sandbox"], *extras["templates"], *extras["lake"])]
    )
    assert len(core) <= 40
    assert len(every) <= 75
    assert len(PINS) <= 90  # with the tools of development
