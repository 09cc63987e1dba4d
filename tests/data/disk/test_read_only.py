"""A store on a disk that is read-only: it is read like any other, and what writes says why it cannot."""

import json
from pathlib import Path

import pytest

from tests.cli.program import run_main, write_csv
from tests.cli.test_verify import list_lines
from tests.read_only_place import EXPORTS, READING, WRITING, find_barrier, run_on_read_only_store
from tests.torture.server.endpoint_addresses import PAGE_PATHS

REFUSALS = ("its disk is read-only: it can be read, and written only where", "this user may not write there")


def test_a_read_only_store_is_read_and_says_why_it_is_not_written(tmp_path: Path) -> None:
    """By commands, pages and exports; neither a lock nor anything else is made in it."""
    store, out = tmp_path / "lake", tmp_path / "out"
    out.mkdir()
    assert run_main("--store", store, "import", write_csv(tmp_path / "candles.csv", list_lines())).exit_code == 0
    write_csv(out / "more.csv", ["okx,DOGE/USDT,2025-10-10T21:20:00Z,1,1.1,0.9,1,2"])
    files = sorted(store.rglob("*"))
    barrier = find_barrier(store)
    if barrier is None:
        pytest.skip("root may write anywhere, and this system lets it mount nothing")
    results = run_on_read_only_store(barrier, store, out)
    for name in READING:
        assert results[name][0] == 0, results[name]
    assert json.loads(results["measure"][1])["asset"] == "ATOM"
    assert "candles: 1 file, none damaged" in results["verify-store"][1]
    for name in WRITING:
        exit_code, output = results[name]
        assert exit_code == 3
        assert output.startswith(f"Error: the store at {store}")
        assert any(refusal in output for refusal in REFUSALS)
        assert "Traceback" not in output
    for path in (*EXPORTS, *PAGE_PATHS):
        status, content = results[path]
        assert (path, status) == (path, 200)
        assert "Nothing can be shown" not in content
    assert sorted(store.rglob("*")) == files
