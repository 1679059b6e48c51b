"""The compiled reader of CloudTrail gives the very rows that Python gives, whatever is in the file."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bastide.ingest import native
from bastide.ingest.events import JSON
from bastide.ingest.kinds import NotThisKindError
from bastide.ingest.kinds.cloudtrail import CloudTrail
from bastide.ingest.source import Item
from tests.ingest.logs import NOW, event
from tests.ingest.test_events import events, texts

ITEM = Item("s3://logs", "x.json.gz", "e", 1)
SOURCE = Path(native.__file__).with_name("_events.c")
# What breaks readers of JSON: put into a file at any place, it must cost nobody's rows.
SNIPPETS = (
    b"", b" ", b"\n", b"\t", b"\0", b"\x01", b"\x7f", b"\xff", b"\xc3\xa9", b'"', b"\\", b"\\u", b"\\ud800", b"\\udc00",
    b"\\ud83d\\ude00", b"\\u0000", b"\\x", b"{", b"}", b"[", b"]", b",", b":", b"null", b"true", b"tru", b"NaN",
    b"Infinity", b"-", b"0", b"01", b"1.", b".5", b"1e", b"1e5", b"-0", b"1" * 400, b'"a":1,', b'"eventName":"b",',
    b'"eventTime":"2026-02-30T00:00:00Z",', b'"eventTime":null,', b'"event\\u004eame":"c",', b'"":{},', b"[" * 300,
    b'{"Records":[', b"]}", b'{"Records":[]}',
)  # fmt: skip


SANITIZE = "SANITIZE_EVENTS"  # set: the extension is built with AddressSanitizer and UndefinedBehaviorSanitizer


def build(folder: Path) -> ModuleType:
    """The extension, built anew."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no compiler")
    made = folder / "_events.abi3.so"
    include = f"-I{sysconfig.get_path('include')}"
    checked = ["-fsanitize=address,undefined", "-fno-sanitize-recover"] if os.environ.get(SANITIZE) else []
    flags = ["-O2", "-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", *checked]
    command = [compiler, *flags, include, str(SOURCE)]
    subprocess.run([*command, "-o", str(made)], check=True)
    spec = importlib.util.spec_from_file_location("bastide.ingest._events", made)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module", autouse=True)
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The extension of these sources, whatever is installed."""
    before = native._events
    native._events = build(tmp_path_factory.mktemp("built"))  # type: ignore[assignment]
    yield
    native._events = before


def read(files: list[bytes], *, compiled: bool) -> Any:
    """(what each file gave, all rows by their text) of a batch."""
    taken = CloudTrail(NOW, compiled=compiled)
    given: list[Any] = []
    for data in files:
        try:
            found = taken.add(data, ITEM)
            given.append((found.rows, found.odd))
        except (NotThisKindError, RecursionError) as wrong:
            given.append(type(wrong))
    return given, sorted(json.dumps(_as_values(row), default=str) for row in taken.table().to_pylist())


def _as_values(row: dict[str, Any]) -> dict[str, Any]:
    """JSON text as what it says: of spaces inside it nothing is promised."""
    return row | {name: json.loads(row[name]) for name in (*JSON, "rest") if row[name] is not None}


def agree(*files: bytes) -> Any:
    found = read(list(files), compiled=True)
    assert found == read(list(files), compiled=False)
    return found


def spliced(data: bytes, cuts: list[tuple[float, int, bytes]]) -> bytes:
    """The data with snippets instead of some of its bytes, at places given as shares of its length."""
    for share, gone, snippet in cuts:
        at = int(share * len(data))
        data = data[:at] + snippet + data[at + gone :]
    return data


cuts = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), st.sampled_from(SNIPPETS)), max_size=3)
files = st.builds(
    lambda records, ascii_only, spaces, places: spliced(
        json.dumps({"Records": records}, ensure_ascii=ascii_only, separators=None if spaces else (",", ":")).encode(),
        places,
    ),
    st.lists(events | st.builds(event, st.integers(0, 99), userAgent=texts), max_size=4),
    st.booleans(),
    st.booleans(),
    cuts,
)


@settings(max_examples=100, deadline=None)
@example([b'{"Records":[{"eventName":"a\\ud800"},{"eventName":"\xef\xbf\xbd"},{"eventName":"\\ud83d\\ude00"}]}'])
@example([b'{"Records":[{"requestParameters":{"a":"\\ud800"}},{"eventName":"a","eventName":"b"}]}'])
@example([b'{"Records":[{"eventName":"a"} , {"eventName" : "b"}]}  ', b'{"Records":[]}', b'{"Records":[5,"x",null]}'])
@example([b'{"Records":[{"eventName":"a"}],"Records":[{"eventName":"b"}]}', b'{"a":1,"Records":[{"eventName":"a"}]}'])
@given(st.lists(files, min_size=1, max_size=3))
def test_compiled_and_python_agree_on_any_file(contents: list[bytes]) -> None:
    agree(*contents)


def test_every_place_of_an_event_may_be_broken() -> None:
    whole = json.dumps({"Records": [event(1), event(2, userAgent='"\\\u20ac\U0001f600')]}, separators=(",", ":"))
    data = whole.encode()
    for at in range(0, len(data), 13):
        for snippet in (b"", b'"', b"\\", b"\0", b"{", b"}", b"\\ud800", b"null", b" "):
            agree(data[:at] + snippet + data[at + 1 :])
        agree(data[:at])


@pytest.mark.parametrize(
    ("time", "known"),
    [
        ("2024-02-29T23:59:59Z", True), ("2023-02-29T00:00:00Z", False), ("1900-02-29T00:00:00Z", False),
        ("2000-02-29T00:00:00Z", True), ("0001-01-01T00:00:00Z", True), ("0000-01-01T00:00:00Z", False),
        ("2026-01-01T24:00:00Z", False), ("2026-01-01T00:00:60Z", False), ("2026-13-01T00:00:00Z", False),
        ("2026-1-01T00:00:000Z", False), ("1969-12-31T23:59:59Z", True), ("2026-01-01T00:00:00z", False),
    ],
)  # fmt: skip
def test_times_are_python_s(time: str, known: bool) -> None:
    data = json.dumps({"Records": [{"eventTime": time}]}, separators=(",", ":")).encode()
    [row] = agree(data)[1]
    assert (json.loads(row)["eventTime"] is not None) is known
    if known:
        assert datetime.fromisoformat(json.loads(row)["eventTime"]) == datetime.fromisoformat(time[:-1] + "+00:00")


def test_one_odd_event_does_not_slow_down_the_others() -> None:
    fitting = native.Fitting(datetime(2026, 2, 1, tzinfo=UTC))
    records = [event(1), event(2, newField=1), event(3, readOnly="yes"), event(4)]
    data = json.dumps({"Records": records}, separators=(",", ":")).encode()
    assert fitting.add(data, "x") == (2, [json.dumps(one, separators=(",", ":")).encode() for one in records[1:3]])


def test_a_file_that_breaks_in_the_middle_leaves_nothing() -> None:
    good = json.dumps({"Records": [event(1)]}, separators=(",", ":")).encode()
    bad = json.dumps({"Records": [event(2), event(3)]}, separators=(",", ":")).encode()[:-2]
    given_back, rows = agree(good, bad, good.replace(b"000000001", b"000000004"))
    assert given_back == [(1, 0), NotThisKindError, (1, 0)]
    assert [json.loads(row)["eventID"][-1] for row in rows] == ["1", "4"]


def test_many_different_values_and_large_ones_are_kept() -> None:
    records = [event(number, userAgent=f"agent {number}", errorMessage="x" * (number * 100)) for number in range(2000)]
    records.append(event(2001, requestParameters={"a": "y" * 1_000_000}))
    data = json.dumps({"Records": records}, separators=(",", ":")).encode()
    found = agree(data)
    assert found[0] == [(2001, 0)]
    assert len({json.loads(row)["userAgent"] for row in found[1]}) == 2001


def test_columns_that_hold_only_empty_texts_are_kept() -> None:
    """Their data has no address yet, and every value after the first is compared with it."""
    records = [event(number, userAgent="", errorMessage="") for number in range(3)]
    found = agree(json.dumps({"Records": records}, separators=(",", ":")).encode())
    assert found[0] == [(3, 0)]
    assert [json.loads(row)["userAgent"] for row in found[1]] == [""] * 3


def test_columns_are_told_once_and_in_forms_that_are_known() -> None:
    for wrong in ({"a": "x"}, {"a" * 64: "t"}, {"a": "tt"}, {str(number): "t" for number in range(63)}, {}):
        with pytest.raises(ValueError, match="column"):
            native._events.Columns(wrong, 0)
    with pytest.raises(TypeError):
        native._events.Columns({"a": "t"}, 0).add("text")  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.skipif(bool(os.environ.get(SANITIZE)), reason="this is the inner run")
def test_no_file_makes_the_compiled_reader_touch_what_is_not_its_own() -> None:
    """All of the above once more, with every access checked."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no compiler")
    names = [f"lib{name}.so" for name in ("asan", "ubsan")]
    found = [subprocess.check_output([compiler, f"-print-file-name={name}"], text=True).strip() for name in names]
    if not all(Path(one).is_absolute() for one in found):
        pytest.skip("the compiler has no sanitizers")
    # Python itself never gives some of its memory back, and its allocator would hide overruns.
    checks = {"ASAN_OPTIONS": "detect_leaks=0", "PYTHONMALLOC": "malloc", "LD_PRELOAD": " ".join(found), SANITIZE: "1"}
    # The sanitizers write to the process's own stderr before they end it: pytest must not keep that to itself.
    options = ["-q", "--capture=sys", "-n", "0", "-m", "not slow", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, __file__]
    done = subprocess.run(command, env=os.environ | checks, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
