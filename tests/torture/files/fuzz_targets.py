"""What is fuzzed: for each target good files, and what reads bad ones that were made of them."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib.resources import files
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np

from collectors.archives.checksum import parse_checksum
from collectors.archives.formats import ARCHIVE_FORMATS
from collectors.archives.limited_file import DiskBudget
from collectors.archives.table import read_bars
from collectors.archives.unpack import unpack_file
from collectors.failures import BadData
from collectors.http.number_sizes import find_huge_number
from collectors.limits import CANDLE_FILE_UNPACKED
from collectors.page_validation import NO_CANDLES, check_candles, parse_ccxt_rows, validate_page
from collectors.venues.load import parse_venue_table
from collectors.venues.table import VENUES
from dashboard.state.url import parse_query
from data.catalogue import load_catalogue, parse_catalogue
from data.files.export import METADATA_SUFFIX
from data.identity.scaled_tickers import parse_scaled_tickers
from data.intervals import Span
from data.reconstruction.figures import parse_shape
from data.schema import Timeframe
from evidence.claims.load import parse_ledger
from evidence.index_rules.rules import parse_index_rules
from evidence.proof.canonical import encode_json
from tests.collectors.all_venues import build_every_venue
from tests.collectors.replay_setup import NOW, START
from tests.replay.archives import CANDLE_ARCHIVES
from tests.torture.files.fuzz_imports import read_file
from tests.torture.files.fuzz_runner import check_message
from tests.torture.files.import_seeds import Seed, build_seeds
from tests.torture.files.proof_cases import (
    LINK_MANIFEST,
    ProofFiles,
    embed_manifest,
    list_case_readers,
    name_members,
    repair_checksums,
    seal_json,
)

EVENT = "2025-10-10"
DAY = Span(START.replace(hour=0, minute=0), START.replace(hour=0, minute=0) + timedelta(days=1))

LINKS = (
    "",
    "event=2025-10-10&asset=ATOM&window=crash&focus=binance&quote=as-is&reference=median&enter=3&exit=1.5&min-vote=10",
    "from=2025-10-10T21:12Z&to=2025-10-10T21:20Z&bar=1s&out=okx,kraken&hide=gate&zone=UTC%2B8&theme=dark&origin=auto",
    "asset=DOGE&against=2025-10-10:crash&scale=shared&side=below&group=usdt&peers=all&gap=below&scan=x",
    "against=2025-10-10:2025-10-10T21:12Z~2025-10-10T21:20Z&bar=5m",
)


@dataclass(frozen=True, slots=True)
class Target:
    """Something that reads bytes.

    Attributes:
        name: of the target, such as ``verify/png``; the part before the stroke is its kind.
        read: reads the bytes of a case, and returns what is wrong with what was read, empty if nothing is; raises
            `data.errors.PlumblineError` to refuse it.
        seeds: good cases.
        is_json: whether a case is JSON, which is changed in its values too.
    """

    name: str
    read: Callable[[bytes], str]
    seeds: tuple[bytes, ...]
    is_json: bool = False

    @property
    def kind(self) -> str:
        """The first part of the name."""
        return self.name.partition("/")[0]


def build_targets(proof: ProofFiles, work_folder: Path) -> dict[str, Target]:
    """All targets by name; ``proof`` has the files that `verify` reads, ``work_folder`` is for other files."""
    groups = (
        list_imports(work_folder),
        list_toml(),
        list_verified(proof),
        list_answers(work_folder),
        (LINK_TARGET,),
    )
    return {target.name: target for targets in groups for target in targets}


def read_link(data: bytes) -> str:
    """Read the query of a link."""
    query = dict(parse_qsl(data.decode("latin-1"), keep_blank_values=True))
    view, notices = parse_query(query, load_catalogue())
    faults = [check_message(notice, data, MAX_NOTICE_CHARS) for notice in notices]
    if any(faults):
        return next(filter(None, faults))
    return "" if view.start < view.end else f"a window from {view.start} to {view.end}"


LINK_TARGET = Target("link/query", read_link, tuple(map(str.encode, LINKS)))

MAX_NOTICE_CHARS = 700
"""200 characters of the link, twice, and words."""


def list_imports(folder: Path) -> Iterator[Target]:
    """Candles, trades, logs of orders, executions and settings, by layout; ``folder`` is for the settings."""

    def build_reader(seed: Seed) -> Callable[[bytes], str]:
        return lambda data: read_file(seed, data, folder)

    for seed in build_seeds():
        yield Target(f"{seed.reader}/{seed.name}", build_reader(seed), (seed.data,), seed.name.endswith(".json"))


def list_toml() -> Iterator[Target]:
    """The TOML of the project, which people add to; docs/add-an-event.md says how."""
    folder = files("data") / "catalogue"
    texts = {name: (folder / f"{name}.toml").read_text(encoding="utf-8") for name in ("assets", "venues", "quotes")}
    event = (folder / "events" / f"{EVENT}.toml").read_text(encoding="utf-8")

    def read_catalogue(name: str, data: bytes) -> str:
        changed = texts | ({} if name == "event" else {name: decode(data)})
        events = {EVENT: decode(data)} if name == "event" else {}
        parse_catalogue(changed["assets"], changed["venues"], changed["quotes"], events)
        return ""

    for name in (*texts, "event"):
        yield Target(f"toml/{name}", partial(read_catalogue, name), ((texts | {"event": event})[name].encode(),))
    readers: tuple[tuple[str, Iterable[str], Callable[[str], object]], ...] = (
        ("claims", ("data", "catalogue", "claims", f"{EVENT}.toml"), lambda text: parse_ledger(EVENT, text, CATALOGUE)),
        ("shape", ("data", "anchors", f"{EVENT}.toml"), lambda text: parse_shape("shape.toml", text)),
        ("index-rules", ("data", "catalogue", "index_rules.toml"), lambda text: parse_index_rules(text, CATALOGUE)),
        ("tickers", ("data", "catalogue", "scaled_tickers.toml"), parse_scaled_tickers),
        ("exchanges", ("collectors", "venues.toml"), lambda text: parse_venue_table("venues.toml", text)),
    )
    for name, (package, *path), parse in readers:

        def read(data: bytes, parse: Callable[[str], object] = parse) -> str:
            parse(decode(data))
            return ""

        yield Target(f"toml/{name}", read, (files(package).joinpath(*path).read_bytes(),))


CATALOGUE = load_catalogue()


def decode(data: bytes) -> str:
    """The text of a file; bytes that are none are the signs that a text has in their place."""
    return data.decode("utf-8", "replace")


def list_verified(proof: ProofFiles) -> Iterator[Target]:
    """Pictures, tables and case files, and their manifests with the right hash."""
    files_of = proof.files
    metadata = f"atom.csv{METADATA_SUFFIX}"
    manifests = tuple(map(encode_json, (proof.manifest, LINK_MANIFEST)))
    table_manifest = encode_json(proof.table_manifest)

    def read_table_manifest(data: bytes) -> str:
        text = encode_json({"notes": [seal_json(data)]})
        return proof.verify("atom.csv", files_of["atom.csv"], text)

    yield Target("verify/png", partial(proof.verify, "atom.png"), (files_of["atom.png"],))
    yield Target(
        "verify/png-repaired",
        lambda data: proof.verify("atom.png", repair_checksums(data)),
        (files_of["atom.png"],),
    )
    yield Target("verify/svg", partial(proof.verify, "atom.svg"), (files_of["atom.svg"],))
    yield Target("verify/parquet", partial(proof.verify, "atom.parquet"), (files_of["atom.parquet"],))
    yield Target("verify/csv", lambda data: proof.verify("atom.csv", data, files_of[metadata]), (files_of["atom.csv"],))
    yield Target(
        "verify/metadata",
        lambda data: proof.verify("atom.csv", files_of["atom.csv"], data),
        (files_of[metadata],),
        is_json=True,
    )
    yield Target(
        "verify/manifest", lambda data: proof.verify("atom.png", embed_manifest(data)), manifests, is_json=True
    )
    yield Target(
        "verify/manifest-in-store",
        lambda data: proof.verify("atom.png", embed_manifest(data), from_file=False),
        manifests,
        is_json=True,
    )
    yield Target("verify/manifest-of-table", read_table_manifest, (table_manifest,), is_json=True)
    yield Target("case/zip", partial(proof.verify, "case.zip"), (files_of["case.zip"],))
    yield Target("case/import", proof.import_case, (files_of["case.zip"],))
    yield Target(
        "case/names",
        lambda data: proof.verify("case.zip", name_members(proof, data)),
        ("\n".join(proof.members).encode(),),
    )
    for name, read in list_case_readers(proof).items():
        yield Target(f"case/{name}", read, (proof.members[name],))


def list_answers(folder: Path) -> Iterator[Target]:
    """Answers of exchanges: pages of candles, files of archives, checksums; ``folder`` is for the files."""
    rows = [[1760126400000 + 60_000 * number, 3.0, 3.5, 2.5, 3.25, 10.0] for number in range(3)]
    page = json.dumps(rows).encode()
    for venue in VENUES[:4]:
        yield Target(f"answer/page of {venue.key}", partial(_read_page, venue.key), (page,), is_json=True)
    yield Target("answer/checksum", _read_checksum, (b"9e107d9d372bb6826bd81d3542a419d6  day.zip\n",))
    market_bars = build_every_venue()
    for site, (_, build_files) in CANDLE_ARCHIVES.items():
        symbol, bars = next(iter(market_bars[site].items()))
        name, content = next(iter(build_files(symbol, bars).items()))
        layout = next((layout for layout in ARCHIVE_FORMATS if layout.startswith(site)), "")
        yield Target(
            f"answer/file of {site}", partial(_read_file, folder, layout, symbol, name.rpartition("/")[2]), (content,)
        )
    for layout, archive_format in ARCHIVE_FORMATS.items():
        seed = (
            ",".join(archive_format.columns) + "\n" + ",".join("1760126400000" for _ in archive_format.columns) + "\n"
        )
        yield Target(f"answer/table {layout}", partial(_read_table, folder, layout, "ATOM/USDT"), (seed.encode(),))


def _read_page(venue_key: str, data: bytes) -> str:
    (venue,) = [row for row in VENUES if row.key == venue_key]
    try:
        rows = json.loads(data)
    except (ValueError, RecursionError) as error:
        message = "this is no JSON"
        raise BadData(message) from error
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows) or find_huge_number(rows):
        message = "these are no rows"
        raise BadData(message)
    parse_ccxt_rows(rows)
    span = Span(START, START + timedelta(minutes=venue.page_min))
    candles, _ = validate_page(rows, span, venue, Timeframe.M1, NOW, NO_CANDLES)
    check_candles(candles, Timeframe.M1)
    return "" if np.isfinite(candles).all() else "took candles that are not finite"


def _read_checksum(data: bytes) -> str:
    checksum = parse_checksum(decode(data), "day.zip", "day.zip.CHECKSUM")
    return "" if set(checksum.digest) <= set("0123456789abcdef") else f"took the digest {checksum.digest!r}"


def _read_file(folder: Path, layout: str, symbol: str, name: str, data: bytes) -> str:
    packed, table = folder / "packed", folder / "table"
    if not name.endswith((".zip", ".gz")):
        return _read_table(folder, layout, symbol, data)
    packed.write_bytes(data)
    unpack_file(packed, name, ARCHIVE_FORMATS[layout].member, table, CANDLE_FILE_UNPACKED, DiskBudget())
    return _read_table(folder, layout, symbol, table.read_bytes())


def _read_table(folder: Path, layout: str, symbol: str, data: bytes) -> str:
    path = folder / "table"
    path.write_bytes(data)
    bars = read_bars(path, layout, "base", symbol, Timeframe.M1, DAY)
    times = bars.candles["open_time"]
    return "" if times.is_between(DAY.start, DAY.end, closed="left").all() else f"took times from {times.min()!r}"
