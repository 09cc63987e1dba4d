"""`claims`: verdicts in the terminal and as JSON, what narrows them, and the exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest

from data.store import CandleStore
from tests.cli.program import run_main, split_lines
from tests.evidence.claims.candles import LATER, build_candles


@pytest.fixture
def store(tmp_path: Path) -> str:
    """A store with USDe on Binance, which closes at 0.78 at 21:20 and trades at 0.65 at 21:21."""
    path = str(tmp_path / "lake")
    market = build_candles("binance", "USDE/USDT", {10: 0.78, 11: 0.7}, price=1.0, lows={11: 0.65})
    CandleStore(path).write_candles(market, source="hand.csv", fetched_at=LATER)
    return path


def read_claim(store: str, claim_id: str, *arguments: str) -> dict[str, Any]:
    """One claim of the JSON."""
    content = json.loads(run_main("--store", store, "claims", "--id", claim_id, "--json", *arguments).stdout)
    (claim,) = content["claims"]
    return {"basis": content["basis"], "counts": content["counts"], **claim}


def test_arithmetic_in_the_terminal(store: str) -> None:
    """110 minutes, not 106; the side is the title of its table."""
    result = run_main("--store", store, "claims", "--id", "A8")
    lines = split_lines(result.stdout)
    assert result.exit_code == 0
    assert lines[0] == "1 claim: 1 contradicted"
    assert "A market maker's account" in lines
    assert "= 110, with" in " ".join(lines)
    assert "106 minutes would be 05:16 to 07:02." in " ".join(lines)


def test_candles_as_json(store: str) -> None:
    """The low of 0.65 came at 21:21 and not at 21:54; minutes outside of the candles are missing."""
    claim = read_claim(store, "F8")
    assert (claim["basis"], claim["verdict"], claim["counts"]) == ("real", "contradicted", {"contradicted": 1})
    low, book = claim["parts"]
    (reading,) = low["readings"]
    assert (low["verdict"], reading["value"], reading["outcome"]) == ("contradicted", 0.65, "fails")
    assert reading["final"] == "upper bound"
    assert reading["view"] == "/lows?asset=USDE"
    assert book["outside"] == "Snapshots of the order book."
    assert claim["sources"][0]["url"].startswith("https://cointelegraph.com/")


def test_a_side_alone(store: str) -> None:
    """Only its claims are judged."""
    content = json.loads(run_main("--store", store, "claims", "--side", "issuer", "--json").stdout)
    assert [claim["id"] for claim in content["claims"]] == ["E4"]


def test_exchanges_chosen_by_hand_give_no_verdict(store: str) -> None:
    """It is said, and arithmetic is computed all the same."""
    for choice in (("--venues", "binance"), ("--exclude", "okx")):
        claim = read_claim(store, "F8", *choice)
        assert (claim["basis"], claim["verdict"]) == ("chosen by hand", "no verdict")
        assert read_claim(store, "A8", *choice)["verdict"] == "contradicted"
    text = run_main("--store", store, "claims", "--id", "F8", "--venues", "binance").stdout
    assert "With exchanges chosen by hand no verdict is given." in text


def test_the_sample_decides_nothing(store: str) -> None:
    """Whatever real candles the store has beside it."""
    claim = read_claim(store, "F8", "--origin", "reconstruction")
    assert (claim["basis"], claim["verdict"]) == ("sample", "not decided")


def test_a_store_without_candles_of_the_event(tmp_path: Path) -> None:
    """Arithmetic is decided, the exit code is 1, and the error stream says what to collect."""
    result = run_main("--store", str(tmp_path / "lake"), "claims", "--id", "A8", "--id", "A2")
    assert result.exit_code == 1
    assert "1 contradicted, 1 not decided" in result.stdout
    assert "collect --event 2025-10-10" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--id", "Z9"), "no claim Z9 about 2025-10-10"),
        (("--side", "nobody"), "no side nobody about 2025-10-10; there are article"),
        (("--id", "A8", "--side", "press"), "none of A8 is a claim of press"),
        (("--event", "never"), "no event 'never'"),
        (("--event", "2023-03-10"), "no claims about 2023-03-10 are on record; there are of 2025-10-10"),
    ],
)
def test_bad_usage(store: str, arguments: tuple[str, ...], message: str) -> None:
    """Exit code 2, with what there is."""
    result = run_main("--store", store, "claims", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
