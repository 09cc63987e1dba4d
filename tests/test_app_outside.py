"""The commands that reach outside of the program: the exchanges, a browser for pictures, a port for the page."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina
from click.testing import CliRunner, Result
from PIL import Image

import app
from tests.collectors.setting import NOW, four_venues, ms
from tests.replay.server import Replay

WINDOW = ("--from", "2025-10-10T20:00Z", "--to", "2025-10-11T00:00Z")
CHOSEN = ("--venues", "binance,coinbaseexchange")


@pytest.fixture
def mirror() -> Iterator[str]:
    """The address of a replay of Binance and Coinbase, which runs in a thread with a loop of its own."""
    venues = {venue: markets for venue, markets in four_venues().items() if venue in {"binance", "coinbaseexchange"}}
    started, ended = threading.Event(), asyncio.Event()
    said: dict[str, Any] = {}

    async def replay() -> None:
        async with Replay(venues, now_ms=ms(NOW)) as server:
            said["url"], said["loop"] = server.url, asyncio.get_running_loop()
            started.set()
            await ended.wait()

    thread = threading.Thread(target=lambda: asyncio.run(replay()))
    thread.start()
    assert started.wait(30)
    yield said["url"]
    said["loop"].call_soon_threadsafe(ended.set)
    thread.join()


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Retries without pauses, and few of them."""
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


def _run(folder: Path, *words: str) -> Result:
    store = str(folder / "lake")
    return CliRunner().invoke(app.main, ["--store", store, "--quiet", *words], catch_exceptions=False)


def test_collecting_fills_the_store_and_asks_once(mirror: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`collect` brings candles through a mirror, names what is not listed, and asks for nothing twice."""
    monkeypatch.setattr(app, "now", lambda: NOW)
    words = ("collect", "--assets", "WBETH", *WINDOW, *CHOSEN, "--mirror", mirror)
    first = _run(tmp_path, *words)
    assert first.exit_code == 0
    assert "binance WBETH/USDT: 240 candles, complete" in first.output
    assert "binance WBETH/ETH: 240 candles, complete" in first.output
    assert "Not listed: binance ETH" in first.output
    assert "coinbaseexchange WBETH" in first.output
    again = [json.loads(line) for line in _run(tmp_path, *words, "--json").stdout.splitlines()]
    assert again[-1]["event"] == "summary"
    assert (again[-1]["candles"], again[-1]["failed"]) == (0, 0)
    held = json.loads(_run(tmp_path, "status", "--json").output)
    assert ("binance", "WBETH/USDT", 240) in {(row["venue"], row["symbol"], row["candles"]) for row in held["candles"]}
    assert held["not_had"] == []


def test_what_an_exchange_did_not_give_ends_with_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a venue cannot be asked at all the exit code is 1, and `status` keeps what was not had."""
    monkeypatch.setattr(app, "now", lambda: NOW)
    nowhere = ("--venues", "coinbaseexchange", "--mirror", "http://127.0.0.1:9")
    result = _run(tmp_path, "collect", "--assets", "ATOM", *WINDOW, *nowhere)
    assert result.exit_code == 1
    assert "Not had: coinbaseexchange ATOM/*" in result.output
    assert "coinbaseexchange ATOM/* 2025-10-10T20:00:00Z" in _run(tmp_path, "status").output


def test_the_chart_is_a_picture_of_full_size(tmp_path: Path) -> None:
    """`chart` writes a PNG of 3200 x 1800, into a folder under the name of what it shows."""
    words = ("chart", "--asset", "ATOM", "--event", "2025-10-10", "--origin", "reconstruction", "--out", str(tmp_path))
    result = _run(tmp_path, *words)
    assert result.exit_code == 0
    path = Path(result.output.strip())
    assert path.name == "plumbline-ATOM-binance-20251010T2045Z-20251010T2315Z.png"
    with Image.open(path) as picture:
        assert picture.size == (3200, 1800)


def test_serving_puts_the_sample_into_an_empty_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a command the page is served, on a store that holds the sample where it held nothing."""
    served: list[Any] = []
    monkeypatch.setattr("dashboard.server.serve_app", lambda page, listener, _: served.append((page, listener.close())))
    monkeypatch.setenv("PLUMBLINE_MIRROR", "http://127.0.0.1:9")
    monkeypatch.setenv("PLUMBLINE_PORT", "20500")
    store = str(tmp_path / "lake")
    result = CliRunner().invoke(app.main, ["--store", store], catch_exceptions=False)
    assert "no real candles yet: showing the reconstruction of 2025-10-10" in result.output
    assert len(served) == 1
    quiet = CliRunner().invoke(app.main, ["--store", store, "serve", "--port", "20510"], catch_exceptions=False)
    assert "no real candles yet" not in quiet.output
    assert len(served) == 2
