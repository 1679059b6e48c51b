"""A lake whose catalogue is Glue, its metadata in S3: every command's way through it, against moto's server."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from bastide.lake import Lake
from bastide.lake.compact import compact, expire
from bastide.lake.merkle.check import check_table
from bastide.lake.merkle.key import own_public_key
from bastide.lake.query import Query, Session
from bastide.show.cli.main import run
from bastide.show.lake import open_lake
from bastide.show.workspace import Settings
from tests.ingest.logs import event, write

SETTINGS = """\
schema: bastide.lake-settings/1
folder: local
catalog:
  type: glue
  glue.endpoint: {url}
  glue.region: us-east-1
  glue.access-key-id: test
  glue.secret-access-key: test
  s3.endpoint: {url}
  s3.region: us-east-1
  s3.access-key-id: test
  s3.secret-access-key: test
  warehouse: s3://warehouse/bastide
"""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Settings]:
    """A workspace whose settings name a Glue catalogue."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys).create_bucket(Bucket="warehouse")
    settings = Settings(tmp_path / "architecture.yaml")
    settings.state.mkdir()
    (settings.state / "lake.yaml").write_text(SETTINGS.format(url=url))
    yield settings
    server.stop()


def _counts(lake: Lake) -> tuple[int, int]:
    answer = Session(lake).ask(Query("q", "SELECT count(*), count(DISTINCT eventID) FROM cloudtrail"), {})
    return next(iter(answer.rows()))


def test_ingest_query_compaction_and_expiry_go_through_glue(place: Settings, tmp_path: Path) -> None:
    for name, numbers in (("a", range(50)), ("b", range(40, 90))):
        write(tmp_path / "logs", f"{name}.json.gz", [event(number) for number in numbers])
        assert run(["ingest", str(tmp_path / "logs"), "--workers", "1", "--file", str(place.file)]) == 0
    lake = open_lake(place)
    assert lake.root == place.state / "local"
    assert not (lake.root / "catalog.db").exists()
    table = lake.table("cloudtrail")
    assert table is not None and table.metadata_location.startswith("s3://warehouse/bastide/")
    assert _counts(lake) == (90, 90)
    assert compact(lake, "s", ["cloudtrail"])[0].rows == 90
    assert expire(lake, datetime.now(UTC) + timedelta(days=1), ["cloudtrail"])[0].snapshots > 0
    assert _counts(open_lake(place)) == (90, 90)
    assert not check_table(
        lake.root, "cloudtrail", set(lake.files("cloudtrail")), own_public_key(lake.root)
    ).differences
    for command in ("status", "retain", "verify"):
        assert run(["lake", command, "--file", str(place.file)]) == 0
