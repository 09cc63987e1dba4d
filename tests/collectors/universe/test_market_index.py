"""The list of the markets of an archive: read page by page, or from a page of links."""

import asyncio
from dataclasses import replace

import pytest

from collectors.archives.market_index import read_market_index
from collectors.failures import BadData, CollectFailure, Unreachable
from collectors.http.access import Access
from collectors.limits import INDEX_PAGE
from collectors.venues.row import ArchiveIndex, IndexForm
from tests.collectors.replay_setup import NOW, to_ms
from tests.replay.archives import BucketSite, LinkSite
from tests.replay.faults import Fault, replace_body, return_outage
from tests.replay.server import Replay, Site

FOLDER = "data/spot/daily/klines/"
BUCKET = ArchiveIndex("s3.example.org", "bucket", IndexForm.S3, FOLDER)
LINKS = ArchiveIndex("files.example.org", "spot/", IndexForm.HTML)


def read_index(index: ArchiveIndex, site: Site, *faults: Fault) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """The names that are read from a replay of one host, and the queries that it received."""

    async def read() -> tuple[tuple[str, ...], list[dict[str, str]]]:
        async with Replay({}, now_ms=to_ms(NOW), sites={index.host: site}, faults=faults) as replay:
            names = await read_market_index(index, Access(replay.url), lambda: NOW)
            return names, [dict(request.query) for request in replay.requests]

    return asyncio.run(read())


def test_a_bucket_is_read_to_its_last_page() -> None:
    """Five folders in pages of two take three requests, each from the last folder of the one before."""
    names, queries = read_index(BUCKET, BucketSite(FOLDER, ["E", "A", "B", "C", "D"], page_size=2))
    assert names == ("A", "B", "C", "D", "E")
    assert [query.get("marker") for query in queries] == [None, f"{FOLDER}B/", f"{FOLDER}D/"]
    assert {(query["prefix"], query["delimiter"]) for query in queries} == {(FOLDER, "/")}


def test_a_page_of_links_names_folders_alone() -> None:
    """The link to the folder above and links to files are no markets; absolute links are as good."""
    names, _ = read_index(LINKS, LinkSite("/spot/", ["BTCUSDT", "ATOMUSDT"]))
    assert names == ("ATOMUSDT", "BTCUSDT")
    page = '<a href="/spot/ATOMUSDT/">x</a><a href="index.html">i</a><a href=\'BTCUSDT/\'>y</a><a href="../">..</a>'
    assert read_index(LINKS, LinkSite("/spot/", []), replace_body("/spot/", page))[0] == ("ATOMUSDT", "BTCUSDT")


def test_a_list_without_end_is_refused() -> None:
    """A server that sends the first page again, and again says that there are more, is not asked for ever."""
    page = (
        f"<ListBucketResult><IsTruncated>true</IsTruncated><CommonPrefixes><Prefix>{FOLDER}A/</Prefix>"
        "</CommonPrefixes></ListBucketResult>"
    )
    with pytest.raises(BadData, match="the same page of its list again"):
        read_index(BUCKET, BucketSite(FOLDER, []), replace_body("/bucket", page))


@pytest.mark.parametrize("body", ["<html>maintenance</html>", "<ListBucketResult></ListBucketResult>"])
def test_a_list_without_a_market_is_no_list(body: str) -> None:
    """What names no folder is bad data: an empty archive would mean that nothing was ever delisted."""
    with pytest.raises(BadData, match=r"https://s3\.example\.org/bucket lists no market"):
        read_index(BUCKET, BucketSite(FOLDER, []), replace_body("/bucket", body))


def test_an_outage_is_one() -> None:
    """A host that is down makes the list unreachable, after retries."""
    with pytest.raises(Unreachable, match="HTTP 503"):
        read_index(BUCKET, BucketSite(FOLDER, ["A"]), return_outage("/bucket"))
    assert read_index(BUCKET, BucketSite(FOLDER, ["A"]), return_outage("/bucket", times=1))[0] == ("A",)


def test_a_page_of_beginnings_of_links_is_read_in_time() -> None:
    """A page on which every link begins within the one before has no folder."""
    site = LinkSite("/spot/", [])
    site.names = ["href=" * 20_000]
    with pytest.raises(BadData, match="lists no market"):
        read_index(LINKS, site)


def test_an_endless_page_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page longer than any list is refused by its size."""
    small = replace(INDEX_PAGE, amount=1024)
    monkeypatch.setattr("collectors.archives.market_index.INDEX_PAGE", small)
    with pytest.raises(CollectFailure, match="more than 1 KiB"):
        read_index(LINKS, LinkSite("/spot/", ["ATOMUSDT"] * 500))
