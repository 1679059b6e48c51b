"""Prints exact versions of everything that the named extras need, one `name==version` a line.

pip resolves from nothing (what is installed does not count), so the result depends only on pyproject.toml and the day.
No addresses are written: the lock installs from whatever index the reader's pip is set to.
"""

import json
import subprocess
import sys


def resolve(extras: str) -> list[str]:
    """`name==version` lines sorted by name, without Bastide itself."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
    answer = subprocess.run([*command, "--report", "-", f".[{extras}]"], check=True, stdout=subprocess.PIPE)
    found = [item["metadata"] for item in json.loads(answer.stdout)["install"]]
    pins = [f"{one['name']}=={one['version']}" for one in found if one["name"] != "bastide"]
    return sorted(pins, key=str.lower)


if __name__ == "__main__":
    print("# Exact versions for development and the demo. Written by `make lock` from pyproject.toml.")
    print("\n".join(resolve(sys.argv[1])))
