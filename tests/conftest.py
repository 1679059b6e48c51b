"""What every test stands on: no way to a real AWS account, and property tests that no slow machine fails."""

import os

import pytest
from hypothesis import settings

settings.register_profile("bastide", deadline=None, print_blob=True)
settings.load_profile("bastide")

NO_ACCOUNT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
KEPT = ("BASTIDE_CORPUS", "BASTIDE_GUARD_REGISTRY")  # where texts of others lie


def pytest_configure(config: pytest.Config) -> None:
    """Cuts this process and its children off from the credentials of whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "BASTIDE_")) and name not in KEPT]:
        del os.environ[name]
    os.environ.update(NO_ACCOUNT, NO_COLOR="1", COLUMNS="120")
