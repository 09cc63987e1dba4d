"""Imports run one way: no package imports one that comes after it, and no folder gets crowded."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

LAYERS = (
    # data
    "data.version",
    "data.text",
    "data.errors",
    "data.schema",
    "data.times",
    "data.frames",
    "data.trades",
    "data.intervals",
    "data.toml",
    "data.settings",
    "data.identity",
    "data.catalogue",
    "data.disk",
    "data.delta",
    "data.lock",
    "data.grid",
    "data.outstanding",
    "data.revisions",
    "data.tables",
    "data.reader",
    "data.store",
    "data.files",
    "data.reconstruction",
    # deviation
    "deviation.question",
    "deviation.side",
    "deviation.minute",
    "deviation.wording",
    "deviation.window.extremes",
    "deviation.window.side_summary",
    "deviation.window.thin_summary",
    "deviation.window.episodes",
    "deviation.window.summary",
    "deviation.price_digits",
    "deviation.result",
    "deviation.ranks",
    "deviation.cross",
    "deviation.market_path",
    "deviation.measurement",
    "deviation.measure",
    "deviation.matrix",
    "deviation.placebo",
    "deviation.sensitivity",
    "deviation.report",
    # analysis
    "analysis.engine",
    "analysis.questions",
    "analysis.event",
    "analysis.event_holdings",
    "analysis.scan.request",
    "analysis.scan.inputs",
    "analysis.scan.calm_prices",
    "analysis.scan.rows",
    "analysis.scan.set_aside",
    "analysis.scan.measure",
    "analysis.scan.counts",
    "analysis.scan.summary",
    "analysis.scan.matrix",
    "analysis.scan.sentences",
    "analysis.scan.scan_json",
    "analysis.scan.unknown_prices",
    "analysis.scan.history_counts",
    "analysis.scan.history",
    "analysis.candle_checks",
    "analysis.candle_audit",
    "analysis.order_of_falls",
    "analysis.fine_times",
    "analysis.order_json",
    # evidence
    "evidence.proof.canonical",
    "evidence.proof.inputs",
    "evidence.proof.numbers",
    "evidence.proof.manifest",
    "evidence.proof.parquet",
    "evidence.proof.png",
    "evidence.proof.svg",
    "evidence.proof.rows",
    "evidence.proof.read_file",
    "evidence.proof.verify",
    "evidence.case.bundle",
    "evidence.case.inputs",
    "evidence.case.restore",
    "evidence.case.method",
    # collectors
    "collectors.failures",
    "collectors.limits",
    "collectors.venues",
    "collectors.plan",
    "collectors.request",
    "collectors.chunk",
    "collectors.store_writer",
    "collectors.page_validation",
    "collectors.http",
    "collectors.listing",
    "collectors.routes",
    "collectors.archives",
    "collectors.market_collection",
    "collectors.venue_collection",
    "collectors.check",
    "collectors.collect",
    "collectors.universe.venue_markets",
    "collectors.universe.read_markets",
    "collectors.universe.listings",
    "collectors.universe.plan",
    "collectors.universe.estimate",
    "collectors.run_record",
    "collectors.follower",
    "collectors.follow_schedule",
    # evidence
    "evidence.orders",
    "evidence.losses",
    "evidence.index_rules",
    "evidence.claims",
    # dashboard
    "dashboard.text",
    "dashboard.state",
    "dashboard.draw",
    "dashboard.jobs",
    "dashboard.service",
    "dashboard.components",
    "dashboard.tables",
    "dashboard.sheet",
    "dashboard.charts.timeline",
    "dashboard.charts.thresholds",
    "dashboard.charts.lowest_minute",
    "dashboard.charts.gaps",
    "dashboard.charts.market",
    "dashboard.charts.history",
    "dashboard.charts.scatter",
    "dashboard.charts.matrix",
    "dashboard.charts.sequence",
    "dashboard.charts.index_rules",
    "dashboard.charts.small_multiples",
    "dashboard.charts.comparison",
    "dashboard.charts.orders",
    "dashboard.exports",
    "dashboard.pages.base",
    "dashboard.pages.not_found",
    "dashboard.pages.overview",
    "dashboard.pages.explorer",
    "dashboard.pages.lows",
    "dashboard.pages.market",
    "dashboard.pages.history",
    "dashboard.pages.sequence",
    "dashboard.pages.index_rules",
    "dashboard.pages.compare",
    "dashboard.pages.data",
    "dashboard.pages.events",
    "dashboard.pages.claims",
    "dashboard.pages.orders",
    "dashboard.pages.method",
    "dashboard.pages.registry",
    "dashboard.shell",
    "dashboard.web",
    # the program
    "cli",
    "app",
)
"""Every package and flat module; a module may import from its own layer and from those above it."""

MAY_IMPORT = {
    "data": {"data"},
    "deviation": {"data", "deviation"},
    "analysis": {"data", "deviation", "analysis"},
    "collectors": {"data", "collectors"},
    "evidence": {"data", "deviation", "analysis", "evidence"},
    "dashboard": {"data", "deviation", "analysis", "evidence", "dashboard"},
    "cli": {"data", "deviation", "analysis", "collectors", "evidence", "dashboard", "cli"},
    "app": {"cli"},
}
"""The rooms that each room may import from; `deviation` takes nothing of `data` but `SHARED_MODULES`."""

SHARED_MODULES = {"data.schema", "data.grid.candle_grid"}
"""Columns of frames, and the matrices of candles: what a measurement knows of its input."""

IMPURE_PACKAGES = {"ccxt", "dash", "plotly", "kaleido", "aiohttp", "httpx", "deltalake", "click", "rich"}
IMPURE_MODULES = {"time", "os", "pathlib", "io", "random", "asyncio", "socket"}

MAX_MODULES = 15
"""Modules that a folder may hold, counting ``__init__.py``."""


def list_modules(room: str) -> list[Path]:
    """The Python files of a room."""
    return [ROOT / "app.py"] if room == "app" else sorted((ROOT / room).rglob("*.py"))


def get_module_name(path: Path) -> str:
    """The dotted name of a module."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def list_imports(room: str) -> Iterator[tuple[str, str]]:
    """Each import of a room: the importing module and the imported one."""
    for path in list_modules(room):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}: write absolute imports"
                yield get_module_name(path), node.module or ""
            elif isinstance(node, ast.Import):
                yield from ((get_module_name(path), alias.name) for alias in node.names)


def find_layer(module: str) -> int | None:
    """The place of a module in `LAYERS`; None for packages and for modules of others."""
    return next((i for i, layer in enumerate(LAYERS) if f"{module}.".startswith(f"{layer}.")), None)


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_imports_only_the_rooms_before_it(room: str) -> None:
    """Each room imports itself and the rooms that are allowed to it."""
    rooms = {module.split(".")[0] for _, module in list_imports(room)} & MAY_IMPORT.keys()
    assert rooms <= MAY_IMPORT[room]


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_module_imports_only_layers_before_its_own(room: str) -> None:
    """Within a room and across rooms no import points to a later layer."""
    backwards = [
        f"{importer} imports {imported}"
        for importer, imported in list_imports(room)
        if (own := find_layer(importer)) is not None and (other := find_layer(imported)) is not None and other > own
    ]
    assert backwards == []


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_every_module_has_a_layer(room: str) -> None:
    """Nothing stands outside of the order but the packages' own docstrings."""
    names = {get_module_name(path) for path in list_modules(room) if path.name != "__init__.py"}
    assert {name for name in names if find_layer(name) is None} == set()


def test_every_layer_exists() -> None:
    """The table names no module that is gone."""
    names = {get_module_name(path) for room in MAY_IMPORT for path in list_modules(room)}
    assert [layer for layer in LAYERS if layer not in names] == []


def test_no_folder_is_crowded() -> None:
    """A folder holds at most `MAX_MODULES` modules."""
    counts = Counter(path.parent.relative_to(ROOT).as_posix() for room in MAY_IMPORT for path in list_modules(room))
    assert {folder: count for folder, count in counts.items() if count > MAX_MODULES} == {}


def test_the_measurement_is_pure() -> None:
    """No clock, no files, no network and no plotting in `deviation`, and nothing of `data` but shared shapes."""
    for importer, module in list_imports("deviation"):
        top = module.split(".")[0]
        assert top not in IMPURE_PACKAGES | IMPURE_MODULES, f"{importer} imports {module}"
        assert top != "data" or module in SHARED_MODULES, f"{importer} imports {module}"


def test_no_pandas_anywhere() -> None:
    """The runtime needs no pandas."""
    assert all(module.split(".")[0] != "pandas" for room in MAY_IMPORT for _, module in list_imports(room))
    assert "pandas" not in (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
