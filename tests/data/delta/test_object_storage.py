"""A store in object storage behaves as one in a folder: against a local S3 server."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from pathlib import Path
from threading import Event

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data.delta.object_storage import explain_error
from data.delta.upsert import WriteReport
from data.errors import StoreUnusable, UsageError
from data.schema import Evidence
from data.store import CandleStore
from tests.data.frames import LATER, NOW, build_candle, build_candles, build_coverage, get_minute
from tests.object_storage import ENVIRONMENT, AtomicPuts, create_bucket, empty_bucket, serve_object_storage

WIDE = (get_minute(-60), get_minute(600))
WRITERS = ("binance", "okx", "kraken")
ROUNDS = 5
bucket_number = count()


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, AtomicPuts]]:
    """The server; one for all tests, because polars remembers the address of a bucket."""
    with serve_object_storage() as address_and_application:
        yield address_and_application


@pytest.fixture
def uri(server: tuple[str, AtomicPuts], monkeypatch: pytest.MonkeyPatch) -> str:
    """The URI of a store in a bucket of its own; the environment leads to the server."""
    address, _ = server
    for name, value in {**ENVIRONMENT, "AWS_ENDPOINT_URL": address}.items():
        monkeypatch.setenv(name, value)
    bucket = f"bucket{next(bucket_number)}"
    create_bucket(address, bucket)
    return f"s3://{bucket}/market/lake"


def fill(store: CandleStore) -> None:
    """Candles of two venues in two batches, one of them revised, and coverage."""
    for number, close, at in ((0, 2.0, NOW), (1, 2.5, NOW), (0, 3.0, LATER)):
        rows = build_candles(build_candle(number, close), build_candle(number, close, venue="okx"))
        store.write_candles(rows, source="api.example", fetched_at=at)
    store.coverage.write(build_coverage(0, 2))


def test_a_store_in_a_bucket_reads_as_one_in_a_folder(uri: str, tmp_path: Path) -> None:
    """Candles, revisions, holdings and coverage are the same, read by a store that is opened anew."""
    for place in (uri, str(tmp_path / "lake")):
        fill(CandleStore(place))
    remote, local = CandleStore(uri), CandleStore(str(tmp_path / "lake"))
    assert_frame_equal(remote.read_candles(["ATOM"], *WIDE), local.read_candles(["ATOM"], *WIDE))
    assert remote.read_candles(["ATOM"], *WIDE).select("venue", "close").rows() == [
        ("binance", 3.0),
        ("binance", 2.5),
        ("okx", 3.0),
        ("okx", 2.5),
    ]
    assert_frame_equal(remote.candles.read_revisions(), local.candles.read_revisions())
    assert_frame_equal(remote.candles.read_holdings(), local.candles.read_holdings())
    assert_frame_equal(remote.read_covered_spans(["ATOM"], *WIDE), local.read_covered_spans(["ATOM"], *WIDE))
    assert remote.has_candles(Evidence.REAL)


def test_an_absent_store_reads_as_empty(uri: str) -> None:
    """Nothing in the bucket is no error, and reading makes nothing."""
    store = CandleStore(uri)
    assert store.read_candles(["ATOM"], *WIDE).is_empty()
    assert store.read_version() == "-/-/-/-/-"


def test_it_needs_no_boto3(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment alone leads to the server: boto3 is no dependency of the program, although the tests bring it."""
    monkeypatch.setitem(sys.modules, "boto3", None)
    fill(CandleStore(uri))
    assert CandleStore(uri).read_candles(["ATOM"], *WIDE).height == 4


def test_concurrent_writers_and_readers_lose_nothing(uri: str) -> None:
    """Three writers of one day, of whom one creates the store, beside a reader: all rows are there in the end.

    The reader sees each batch as a whole, and never fewer rows than before.
    """
    done = Event()

    def write_rounds(venue: str) -> WriteReport:
        own_store = CandleStore(uri)
        reports = []
        for number in range(ROUNDS):
            batch = build_candles(
                build_candle(number, venue=venue), build_candle(number, symbol="ATOM/USD", venue=venue)
            )
            reports.append(own_store.write_candles(batch, source="api.example", fetched_at=NOW))
            own_store.coverage.write(build_coverage(number, number + 1, venue=venue))
        return sum(reports, WriteReport())

    def read_until_done() -> list[int]:
        own_store, heights = CandleStore(uri), [0]
        while not done.is_set():
            rows = own_store.read_candles(["ATOM"], *WIDE)
            per_batch = rows.group_by("venue", "open_time").len()["len"]
            assert set(per_batch) <= {2}
            assert rows.height >= heights[-1]
            heights.append(rows.height)
        return heights

    with ThreadPoolExecutor(len(WRITERS) + 1) as pool:
        reader = pool.submit(read_until_done)
        try:
            reports = list(pool.map(write_rounds, WRITERS))
        finally:
            done.set()
    assert len(reader.result()) > 1
    store = CandleStore(uri)
    read = store.read_candles(["ATOM"], *WIDE)
    assert sum(reports, WriteReport()) == WriteReport(new=2 * ROUNDS * len(WRITERS))
    assert read.group_by("venue", "symbol").len()["len"].to_list() == [ROUNDS] * 2 * len(WRITERS)
    assert pl.scan_delta(f"{uri}/candles").select(pl.len()).collect().item() == 2 * ROUNDS * len(WRITERS)
    assert store.read_covered_spans(["ATOM"], *WIDE)["end"].to_list() == [get_minute(ROUNDS)] * len(WRITERS)


def test_a_table_that_is_open_lists_its_log_once_per_read(server: tuple[str, AtomicPuts], uri: str) -> None:
    """What another process appends is read; without a later version no commit is read again."""
    _, application = server
    writer, reader = CandleStore(uri), CandleStore(uri)
    fill(writer)
    assert reader.read_candles(["ATOM"], *WIDE).height == 4
    application.requests.clear()
    assert reader.read_candles(["ATOM"], *WIDE).height == 4
    assert [path for _, path in application.requests if path.endswith(".json")] == []
    writer.write_candles(build_candles(build_candle(7)), source="api.example", fetched_at=NOW)
    assert reader.read_candles(["ATOM"], *WIDE).height == 5


def test_a_store_that_was_replaced_is_read_after_one_error(uri: str) -> None:
    """A reader that has a table open which was deleted says that it cannot be used, and then opens the new one."""
    writer, reader = CandleStore(uri), CandleStore(uri)
    fill(writer)
    assert reader.read_candles(["ATOM"], *WIDE).height == 4
    empty_bucket(uri.split("/")[2])
    CandleStore(uri).write_candles(build_candles(build_candle(7)), source="api.example", fetched_at=NOW)
    with pytest.raises(StoreUnusable):
        reader.read_candles(["ATOM"], *WIDE)
    assert reader.read_candles(["ATOM"], *WIDE).height == 1


def test_maintenance_counts_and_compacts_the_files(uri: str) -> None:
    """The files of the current version are compacted, and what is read stays the same."""
    store = CandleStore(uri)
    fill(store)
    before = store.read_candles(["ATOM"], *WIDE)
    maintenance = store.maintain(NOW + timedelta(days=30))
    assert (maintenance.files_before, maintenance.files_after) == (4, 2)
    assert_frame_equal(store.read_candles(["ATOM"], *WIDE), before)
    assert store.measure_size() is None


def test_a_missing_bucket_is_named(uri: str) -> None:
    """A place that is not there is no empty store."""
    absent = uri.replace("s3://", "s3://no-")
    with pytest.raises(StoreUnusable, match=r"^the store at s3://no-.* cannot be used: there is no such bucket$"):
        CandleStore(absent).read_candles(["ATOM"], *WIDE)


def test_an_address_without_https_has_to_be_allowed(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the variable."""
    monkeypatch.setenv("AWS_ALLOW_HTTP", "false")
    with pytest.raises(StoreUnusable, match="set AWS_ALLOW_HTTP=true"):
        CandleStore(uri).read_candles(["ATOM"], *WIDE)


def test_an_unknown_scheme_is_refused() -> None:
    """It is an error of usage, which says what a store can be."""
    with pytest.raises(UsageError, match="give a folder or a URI such as s3://BUCKET/PATH"):
        CandleStore("gopher://lake").read_candles(["ATOM"], *WIDE)


@pytest.mark.parametrize(
    ("said", "explained"),
    [
        ("403 Forbidden\n<Code>SignatureDoesNotMatch</Code>", "access is denied: check AWS_ACCESS_KEY_ID"),
        ("tcp connect error\nConnection refused (os error 111)", "the server does not answer: check AWS_ENDPOINT_URL"),
        ("no credentials found in chain", "no credentials were found: set AWS_ACCESS_KEY_ID"),
        ("503 Service Unavailable\nSlowDown", "Kernel error -> Generic S3 error: SlowDown"),
    ],
)
def test_the_cause_of_an_error_is_told(said: str, explained: str) -> None:
    """Of a message over many lines the line that helps."""
    assert explain_error(OSError(f"Kernel error -> Generic S3 error\n Error performing GET\n {said}\n")).startswith(
        explained
    )


def test_errors_of_a_folder_keep_their_first_line() -> None:
    """They say what is wrong in it."""
    assert explain_error(OSError("permission denied: lake\n  caused by\n  os error 13")) == "permission denied: lake"


@pytest.mark.parametrize(("ignores_conditions", "closes"), [(False, [1.0, 2.0, 3.0]), (True, [1.0, 3.0])])
def test_a_commit_is_put_only_where_there_is_none(
    server: tuple[str, AtomicPuts], uri: str, *, ignores_conditions: bool, closes: list[float]
) -> None:
    """A writer whose version was taken at the last moment takes the next; a server that overwrites would lose rows."""
    _, application = server
    first, second = CandleStore(uri), CandleStore(uri)
    first.write_candles(build_candles(build_candle(1, 1.0)), source="api.example", fetched_at=NOW)
    second.read_version()
    late_rows = build_candles(build_candle(2, 2.0))
    application.before_commit.append(lambda: second.write_candles(late_rows, source="api.example", fetched_at=NOW))
    application.ignores_conditions = ignores_conditions
    try:
        first.write_candles(build_candles(build_candle(3, 3.0)), source="api.example", fetched_at=NOW)
    finally:
        application.ignores_conditions = False
    assert application.before_commit == []
    assert CandleStore(uri).read_candles(["ATOM"], *WIDE)["close"].to_list() == closes
