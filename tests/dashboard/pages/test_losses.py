"""The route that compares fills on the orders page: good, broken and hostile files, and that nothing stays behind."""

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard.pages.data.upload import CONTENT_TYPE
from dashboard.pages.orders import losses, refused_losses
from dashboard.web.app import create_app
from data.catalogue import load_catalogue
from tests.dashboard.memory_store import MemoryStore, RecordedActions, build_crash_candles
from tests.dashboard.pages.test_orders import VIEW, post_log, read_text

HEADER = "time,venue,symbol,side,quantity,price,kind,fee\n"

FILLS = (
    "2025-10-10T20:00:00Z,binance,ATOM/USDT,long,6,4,opening,\n"
    "2025-10-10T21:20:30Z,binance,ATOM/USDT,sell,5,2,liquidation,0.1\n"
)


@pytest.fixture
def client() -> FlaskClient:
    """A browser without the app's scripts."""
    app = create_app(MemoryStore(build_crash_candles()), load_catalogue(), RecordedActions())
    client: FlaskClient = app.server.test_client()
    return client


def post_fills(client: FlaskClient, data: str | bytes, name: str = "fills.csv", **query: str) -> dict[str, Any]:
    """The answer to a file: its cards as text, and all of it as it is sent."""
    body = data if isinstance(data, bytes) else data.encode()
    response = client.post(
        "/orders/losses", query_string={"name": name, "view": VIEW, **query}, data=body, content_type=CONTENT_TYPE
    )
    assert response.status_code == 200, response.text
    assert response.headers["Cache-Control"] == "no-store"
    content = response.json
    assert content is not None
    return {**content, "text": read_text(content["cards"]), "raw": response.text}


def test_the_cards_show_the_arithmetic(client: FlaskClient) -> None:
    """Of 6 ATOM at 4, 5 were sold at 2; the base is the event's, and its rules stand below."""
    answer = post_fills(client, HEADER + FILLS)
    assert answer["summary"] == "fills.csv: 2 lines used. Nothing is kept on the server."
    assert "5 × (2 − 4) = −10" in answer["text"]
    assert "sold, liquidation" in answer["text"]
    assert "2025-10-10 21:18 USDT Its own market" in answer["text"]
    assert "Published by Binance, 2025-10-12" in answer["text"]
    assert "What this rests on" in answer["text"]
    assert "1 still open at the end of the file" in answer["text"]


def test_the_base_can_be_chosen(client: FlaskClient) -> None:
    """It is a minute with its zone; another text is refused."""
    answer = post_fills(client, HEADER + FILLS, base="2025-10-11T05:20+08:00")
    assert "2025-10-10 21:20 USDT Its own market" in answer["text"]
    refused = post_fills(client, HEADER + FILLS, base="21:20")
    assert "Not read" in refused["text"]
    assert refused["summary"] == "fills.csv was not compared."


def test_bad_lines_are_listed_and_markup_stays_text(client: FlaskClient) -> None:
    """A tag in a file is shown as it is written."""
    line = "never,<script>alert(1)</script>,ATOM/USDT,sell,5,2,,\n"
    marked = "2025-10-10T21:20:30Z,binance,<b>ATOM</b>,sell,5,2,,\n"
    side = "2025-10-10T21:20:30Z,binance,ATOM/USDT,<img src=x>,5,2,,\n"
    answer = post_fills(client, HEADER + FILLS + line + marked + side)
    assert "2 lines used, 3 not" in answer["summary"]
    assert "4: time never is neither ISO 8601 nor an epoch number" in answer["text"]
    assert "6: side <img src=x> is not buy or sell" in answer["text"]
    assert "5: symbol <b>ATOM</b> is not a market such as ATOM/USDT" in answer["text"]
    assert re.search(r"(?i)<(script|b|img)[ >]", answer["raw"]) is None


def test_fills_of_the_future_are_bad_lines(client: FlaskClient) -> None:
    """The year is a typing error."""
    answer = post_fills(client, HEADER + FILLS + FILLS.splitlines()[1].replace("2025-", "9025-") + "\n")
    assert "2 lines used, 1 not" in answer["summary"]
    assert "after tomorrow" in answer["text"]


def test_a_file_that_would_take_long_is_refused(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line takes it."""
    monkeypatch.setattr(losses, "MAX_EXECUTIONS", 1)
    assert "plumbline losses --fills FILE" in post_fills(client, HEADER + FILLS)["text"]


def test_what_is_no_file_of_fills_is_refused(client: FlaskClient) -> None:
    """No columns, no usable line, damage, and another type of content."""
    assert "has no column" in post_fills(client, "a,b\n1,2\n")["text"]
    assert "no line of it can be used" in post_fills(client, HEADER + FILLS.replace("binance", "nowhere"))["text"]
    damaged = client.post(
        "/orders/losses",
        data=gzip.compress(FILLS.encode())[:-9],
        content_type=CONTENT_TYPE,
        headers={"Content-Encoding": "gzip"},
    )
    assert damaged.status_code == 400
    assert client.post("/orders/losses", data={"a": "b"}).status_code == 415


def test_nothing_of_a_file_stays_on_the_server(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file is written."""
    monkeypatch.chdir(tmp_path)
    post_fills(client, HEADER + FILLS)
    assert list(tmp_path.iterdir()) == []


LOG = (
    "time,exchange,symbol,side,quantity,reduceOnly,http_status,code,message\n"
    "2025-10-10T21:20:01Z,binance,ATOMUSDT,SELL,5,true,400,-2022,first\n"
    "2025-10-10T21:20:02Z,binance,ATOMUSDT,SELL,5,true,400,-2022,again\n"
)


def test_refused_orders_of_a_log_have_a_card(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """One position is one line; what would take long is left to the command line."""
    answer = post_log(client, LOG)
    assert "Refused reduce-only orders against other exchanges" in answer["card_text"]
    assert "sell refused, -2022" in answer["card_text"]
    assert "1 repeated attempt at the same positions not listed" in answer["card_text"]
    monkeypatch.setattr(refused_losses, "MAX_REFUSED", 1)
    assert "2 refused reduce-only orders: the page compares up to 1" in post_log(client, LOG)["card_text"]


def test_a_log_without_refused_reduce_only_orders_has_no_such_card(client: FlaskClient) -> None:
    """There is nothing to compare."""
    assert "against other exchanges" not in post_log(client, LOG.replace(",true,400,-2022", ",false,200,"))["card_text"]
