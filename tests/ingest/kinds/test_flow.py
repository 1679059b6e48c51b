"""Flow logs of interfaces and transit gateways: formats, odd lines, Parquet, CloudWatch Logs."""

import gzip
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.ingest.kinds import detect
from bastide.ingest.kinds.forms.flow import Flows
from bastide.ingest.kinds.tgw_flow import FLOW as TGW
from bastide.ingest.kinds.vpc_flow import FLOW as VPC
from bastide.ingest.source import Item
from tests.ingest.kinds.rows import present, rest, rows_of, take, utc

# Source: Amazon VPC User Guide, "Flow log record examples"
ACCEPTED = (
    "2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK"
)
NODATA = "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA"
SKIPDATA = "2 123456789010 eni-11111111aaaaaaaaa - - - - - - - 1431280876 1431280934 - SKIPDATA"
IPV6 = (
    "2 123456789010 eni-1235b8ca123456789 2001:db8:1234:a100:8d6e:3477:df66:f105 "
    "2001:db8:1234:a102:3304:8879:34cf:4071 34892 22 6 54 8855 1477913708 1477913820 ACCEPT OK"
)
VERSION_5 = (
    "version vpc-id subnet-id instance-id interface-id account-id type srcaddr dstaddr srcport dstport pkt-srcaddr "
    "pkt-dstaddr protocol bytes packets start end action tcp-flags log-status pkt-src-aws-service flow-direction "
    "traffic-path\n"
    "5 vpc-abcdefab012345678 subnet-aaaaaaaa012345678 - eni-1111aaaa2222bbbb3 123456789010 IPv4 10.20.33.164 "
    "10.40.1.175 39812 80 10.20.33.164 10.40.2.236 6 20 4 1616729292 1616729349 ACCEPT 19 OK S3 egress 8\n"
)
TGW_LINE = (
    "6 TransitGatewayAttachment 123456789012 tgw-0123 tgw-attach-0456 123456789012 210987654321 vpc-0a vpc-0b "
    "subnet-0a subnet-0b eni-0a eni-0b use1-az1 use1-az2 tgw-attach-0789 10.0.1.50 10.1.1.50 54321 443 6 150 12500 "
    "1699315200 1699315260 OK IPv4 1 2 3 4 2 us-east-1 egress - S3"
)


def rebuilt(row: dict[str, object]) -> str:
    """The line that a row came from."""
    values = []
    for label in str(row["fields"]).split():
        value = rest(row).get(label, row.get(label.replace("-", "_")))
        values.append(
            "-" if value is None else str(int(value.timestamp())) if hasattr(value, "timestamp") else str(value)
        )
    return " ".join(values)


def test_a_line_of_the_default_format_without_a_header_has_its_documented_fields(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, ACCEPTED, "vpc-flow")
    assert present(row) == {
        "start": utc("2014-12-14T04:06:50Z"), "end": utc("2014-12-14T04:07:50Z"), "account": "123456789010",
        "account_id": "123456789010", "region": "eu-central-1", "interface_id": "eni-1235b8ca123456789",
        "srcaddr": "172.31.16.139", "dstaddr": "172.31.16.21", "srcport": 20641, "dstport": 22, "protocol": 6,
        "packets": 20, "bytes": 4249, "action": "ACCEPT", "log_status": "OK", "version": 2,
    }  # fmt: skip


@pytest.mark.parametrize("header", [True, False])
def test_records_without_traffic_are_rows_with_nulls_and_no_flag(tmp_path: Path, header: bool) -> None:
    text = "\n".join([*([VPC.default] if header else []), NODATA, SKIPDATA, IPV6, ""])
    rows = rows_of(tmp_path, gzip.compress(text.encode()), "vpc-flow")
    assert {row["log_status"] for row in rows} == {"NODATA", "SKIPDATA", "OK"}
    assert all(row["flags"] is None and row["rest"] is None for row in rows)
    assert {rebuilt(row) for row in rows} == {NODATA, SKIPDATA, IPV6}


def test_a_custom_format_is_read_by_its_header_in_any_order(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, VERSION_5, "vpc-flow")
    assert (row["traffic_path"], row["tcp_flags"], row["pkt_src_aws_service"]) == (8, 19, "S3")
    assert (row["flow_direction"], row["instance_id"], row["vpc_id"]) == ("egress", None, "vpc-abcdefab012345678")
    assert rebuilt(row) == VERSION_5.splitlines()[1]


def test_every_documented_field_has_a_column(tmp_path: Path) -> None:
    labels = (
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
        "log-status vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type "
        "sublocation-id pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path ecs-cluster-arn "
        "ecs-cluster-name ecs-container-instance-arn ecs-container-instance-id ecs-container-id "
        "ecs-second-container-id ecs-service-name ecs-task-definition-arn ecs-task-arn ecs-task-id reject-reason "
        "resource-id encryption-status"
    )
    line = " ".join(str(number) for number in range(1, 1 + len(labels.split())))
    (row,) = rows_of(tmp_path, f"{labels}\n{line}\n", "vpc-flow")
    assert (row["flags"], row["rest"]) == (None, None)
    assert rebuilt(row) == line


def test_a_field_that_is_not_known_yet_is_kept_in_rest(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, 'srcaddr new-field dstaddr\n10.0.0.1 va"lue 10.0.0.2\n', "vpc-flow")
    assert (row["srcaddr"], row["dstaddr"], rest(row)) == ("10.0.0.1", "10.0.0.2", {"new-field": 'va"lue'})
    assert row["flags"] == "unknown:new-field"
    (row,) = rows_of(tmp_path, "srcaddr new-field dstaddr\n10.0.0.1 50%s 10.0.0.2\n", "vpc-flow")
    assert (row["dstaddr"], rest(row), row["account"]) == ("10.0.0.2", {"new-field": "50%s"}, "123456789012")


@pytest.mark.parametrize("port", ["http", "007", "1e3", "99999999999", "", "-0"])
def test_a_value_of_another_type_is_kept_in_rest_and_the_line_stays(tmp_path: Path, port: str) -> None:
    line = ACCEPTED.replace(" 20641 ", f" {port} ")
    (row,) = rows_of(tmp_path, f"{VPC.default}\n{line}", "vpc-flow")
    assert (row["srcport"], row["dstport"], row["flags"], rest(row)) == (None, 22, "type:srcport", {"srcport": port})


def test_a_line_with_another_number_of_fields_is_kept_whole_with_its_number_and_the_rest_goes_on(
    tmp_path: Path,
) -> None:
    broken = [ACCEPTED[:40], f"{ACCEPTED} more", "\x00\x01"]
    text = "\n".join([VPC.default, ACCEPTED, *broken, ACCEPTED.replace(" 22 ", " 23 ")])
    taken, rows = take(tmp_path, text)
    assert (taken.reason, taken.rows, taken.odd) == ("", 5, 3)
    kept = [(rest(row), row["dstaddr"], row["account"]) for row in rows if row["flags"] == "form"]
    assert sorted(kept, key=lambda one: one[0]["lineNumber"]) == [
        ({"line": line, "lineNumber": number}, None, "123456789012") for number, line in enumerate(broken, start=3)
    ]
    assert {row["dstport"] for row in rows if row["flags"] is None} == {22, 23}


def test_a_flow_log_without_any_line_of_its_format_is_refused(tmp_path: Path) -> None:
    taken, rows = take(tmp_path, f"{VPC.default}\n{ACCEPTED[:40]}\nwhat is this\n")
    assert (taken.reason, rows) == ("no line has the 14 fields of the format: line 2 has 4 fields", [])


def test_a_clock_in_the_far_future_is_kept(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, ACCEPTED.replace("1418530010", "4102444800"), "vpc-flow")
    assert row["start"] == utc("2100-01-01T00:00:00Z")


def test_bytes_that_are_no_utf_8_are_kept_and_flagged(tmp_path: Path) -> None:
    (row,) = rows_of(
        tmp_path, f"{VPC.default}\n".encode() + ACCEPTED.encode().replace(b"eni-1235", b"eni-\xff"), "vpc-flow"
    )
    assert (row["interface_id"], row["flags"]) == ("eni-ÿb8ca123456789", "encoding")


@pytest.mark.parametrize("form", [str, int])
def test_parquet_files_give_the_same_rows_as_text(tmp_path: Path, form: type) -> None:
    names = [name.replace("-", "_") for name in VPC.default.split()]
    numbers = {"version", "srcport", "dstport", "protocol", "packets", "bytes", "start", "end"}
    columns = {
        name: [
            None if text in ("", "-") and name in numbers else form(text) if name in numbers else text for text in texts
        ]
        for name, texts in zip(names, zip(ACCEPTED.split(), NODATA.split(), strict=True), strict=True)
    }
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), file)
    got = rows_of(tmp_path / "a" if (tmp_path / "a").mkdir() is None else tmp_path, file.getvalue(), "vpc-flow")
    (tmp_path / "b").mkdir()
    want = rows_of(tmp_path / "b", f"{VPC.default}\n{ACCEPTED}\n{NODATA}", "vpc-flow")
    assert [{**row, "sourceFile": ""} for row in got] == [{**row, "sourceFile": ""} for row in want]


def test_a_parquet_file_that_is_no_flow_log_or_cut_off_is_refused(tmp_path: Path) -> None:
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"a": [1]}), file)
    assert take(tmp_path, file.getvalue())[0].kind == ""
    assert take(tmp_path, file.getvalue()[:-10])[0].reason == "no kind of log is known that begins like this"


def test_flow_logs_from_cloudwatch_are_unwrapped(tmp_path: Path) -> None:
    events = [{"id": str(n), "timestamp": 1, "message": line} for n, line in enumerate([ACCEPTED, NODATA])]
    checking = [{"id": "", "timestamp": 1, "message": "CWL CONTROL MESSAGE: Checking health of destination Firehose."}]
    control = {"messageType": "CONTROL_MESSAGE", "owner": "CloudwatchLogs", "logGroup": "", "logStream": "",
               "subscriptionFilters": [], "logEvents": checking}  # fmt: skip
    data = {"messageType": "DATA_MESSAGE", "owner": "123456789010", "logGroup": "flows", "logStream": "eni-1-all",
            "subscriptionFilters": ["all"], "logEvents": events}  # fmt: skip
    for text in (json.dumps(control) + json.dumps(data), json.dumps(control) + "\n" + json.dumps(data)):
        rows = rows_of(tmp_path, text, "vpc-flow")
        assert {rebuilt(row) for row in rows} == {ACCEPTED, NODATA}
    exported = f"2014-12-14T04:06:50.000Z {ACCEPTED}\n2014-12-14T04:06:50.000Z {NODATA}\n"
    rows = rows_of(
        tmp_path, exported, "vpc-flow", "exportedlogs/8f5e1c2b-0000-4000-8000-000000000000/eni-1-all/000000.gz"
    )
    assert {rebuilt(row) for row in rows} == {ACCEPTED, NODATA}


def test_transit_gateway_flow_logs_have_a_table_of_their_own(tmp_path: Path) -> None:
    for text in (TGW_LINE, f"{TGW.default}\n{TGW_LINE}\n"):
        (row,) = rows_of(tmp_path, text, "tgw-flow")
        assert (row["tgw_dst_vpc_account_id"], row["packets_lost_ttl_expired"], row["region"]) == (
            "210987654321",
            4,
            "us-east-1",
        )
        assert (row["flags"], rebuilt(row)) == (None, TGW_LINE)


@given(st.lists(st.sampled_from([*VPC.labels(), "some-new-field"]), unique=True), st.data())
def test_any_format_and_any_values_can_be_rebuilt(names: list[str], data: st.DataObject) -> None:
    names = ["srcaddr", "dstaddr", *(name for name in names if name not in ("srcaddr", "dstaddr"))]
    text = st.text(st.characters(exclude_characters=" \n\r", exclude_categories=["Cs", "Zs", "Cc"]), min_size=1)
    values = data.draw(
        st.lists(text | st.just("-") | st.integers(0, 10**12).map(str), min_size=len(names), max_size=len(names))
    )
    content = (" ".join(names) + "\n" + " ".join(values)).encode()
    assert VPC.detect("", content)
    (row,) = VPC.read(content, Item("s", "k", "e", 1))[0].to_pylist()
    assert rebuilt(row).split(" ") == values


@pytest.mark.parametrize(
    "text", ["srcaddr", "hello world\nsrcaddr dstaddr", "2 123 eni - - - - - - - 1 2 - NODATA", "\x00\x01"]
)
def test_what_is_no_flow_log_is_not_taken_for_one(text: str) -> None:
    assert detect("x", text.encode()) is None


@given(st.lists(st.sampled_from([ACCEPTED, NODATA, SKIPDATA, IPV6, ACCEPTED.replace("20641", "x")]), max_size=6))
def test_columns_at_once_and_line_by_line_are_the_same(lines: list[str]) -> None:
    item = Item("s", "k", "e", 1)
    found = [VPC.read(f"{VPC.default}\n{line}".encode(), item)[0].to_pylist() for line in lines]
    whole, odd = VPC.read("\n".join([VPC.default, *lines]).encode(), item)
    assert whole.to_pylist() == [row for rows in found for row in rows]
    assert odd == sum(" x " in line for line in lines)


@given(st.lists(st.tuples(st.sampled_from(["eni-b", "eni-a", "-"]), st.integers(0, 3), st.integers(0, 3) | st.none())))
def test_rows_are_by_day_account_and_interface(flows: list[tuple[str, int, int | None]]) -> None:
    gathered = Flows(VPC)
    for interface, account, day in flows:
        start = "-" if day is None else str(day * 86_400)
        gathered.add(f"interface-id account-id start\n{interface} {account} {start}".encode(), Item("s", "k", "e", 1))
    found = [(row["start"], row["account"], row["interface_id"]) for row in gathered.table().to_pylist()]
    wanted = [
        (None if day is None else datetime.fromtimestamp(day * 86_400, UTC), str(account), one if one != "-" else None)
        for one, account, day in flows
    ]
    last = datetime.max.replace(tzinfo=UTC)
    assert found == sorted(wanted, key=lambda row: (row[0] or last, row[1], row[2] is None, row[2] or ""))


def test_files_that_were_put_together_may_repeat_their_header(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, f"{VPC.default}\n{ACCEPTED}\n{VPC.default}\n{NODATA}\n", "vpc-flow")
    assert {rebuilt(row) for row in rows} == {ACCEPTED, NODATA}


def test_what_firehose_compressed_again_is_inflated_twice(tmp_path: Path) -> None:
    twice = gzip.compress(gzip.compress(ACCEPTED.encode() + b"\n") + gzip.compress(NODATA.encode()))
    assert len(rows_of(tmp_path, twice, "vpc-flow")) == 2
