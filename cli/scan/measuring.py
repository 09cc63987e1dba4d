"""The measuring half of a scan: every coin of the plan, or of the store, saved with the store."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from analysis.engine.run import Engine
from analysis.scan.measure import AssetScan, scan_market
from analysis.scan.request import ScanRequest
from cli import clock
from cli.scan.plan import ScanWindow
from cli.session import Session
from cli.tables.console import build_console
from data.errors import NoUsableCandles
from data.identity.market_universe import ScanAsset, build_market_universe, list_left_out
from data.store import CandleStore
from data.tables.scans import MarketScan, Universe
from data.times import format_time
from deviation.question import DAY


@dataclass(frozen=True, slots=True)
class ScannedAssets:
    """The assets that are measured, those of the focus on too few other exchanges, and where these lists are from."""

    assets: tuple[ScanAsset, ...]
    left_out: tuple[str, ...]
    universe: Universe


def read_stored_assets(
    store: CandleStore, window: ScanWindow, venues: Collection[str], quotes: Collection[str], families: dict[str, str]
) -> ScannedAssets:
    """The assets of which the store has real 1-minute candles of the focus and of at least two other venues.

    Counted are the candles of the window and of the day before it: what the store has of other times is not its market.

    Args:
        store: where candles are.
        window: the window, and the exchange that is compared.
        venues: ids of the exchanges that count; empty for all.
        quotes: the quotes that count.
        families: the family of each venue by id.
    """
    symbols: dict[str, set[str]] = {}
    for venue, symbol in store.candles.read_markets(window.start - DAY, window.end):
        if not venues or venue in venues:
            symbols.setdefault(venue, set()).add(symbol)
    universe = symbols, window.focus, quotes, families
    return ScannedAssets(build_market_universe(*universe), list_left_out(*universe), Universe.STORED)


def measure_scan(
    session: Session, window: ScanWindow, scanned: ScannedAssets, venues: tuple[str, ...], engine: Engine
) -> MarketScan:
    """Measure the assets, and save the scan beside the candles.

    Raises:
        NoUsableCandles: no asset can be compared; nothing is saved.
        StoreUnusable: the store cannot be read or written.
        TaskFailed: an asset could not be measured.
        UsageError: the engine is not there.
    """
    made_at = clock.now()
    request = ScanRequest(
        scan_id=f"{made_at:%Y%m%dT%H%M%SZ}-{uuid4().hex[:8]}",
        made_at=made_at,
        assets=scanned.assets,
        left_out=scanned.left_out,
        universe=scanned.universe,
        start=window.start,
        end=window.end,
        event=window.event,
        focus=window.focus,
        choices={"venues": list(venues)} if venues else {},
    )
    with _show_progress(len(scanned.assets)) as report:
        scan = scan_market(session.store, session.catalogue, request, engine, report)
    if scan.rows.is_empty():
        name = session.catalogue.get_venue(window.focus).name
        message = (
            f"nothing to compare: the store has no coin with prices of {name} and of at least two other exchanges "
            f"from {format_time(window.start)} to {format_time(window.end)}; collect them with `scan` without "
            "--no-collect, or import files with `import FILE`"
        )
        raise NoUsableCandles(message)
    session.store.scans.save(scan)
    return scan


@contextmanager
def _show_progress(total: int) -> Iterator[Callable[[AssetScan], None]]:
    """A bar on a terminal's error stream while assets are measured; the function that notes an asset."""
    columns = (TextColumn("Measuring"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = build_console(error=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task("", total=total)
        yield lambda _: bars.advance(task)
