"""The route of the orders page: what it answers to good, broken and hostile logs, and that nothing stays behind."""

import gzip
import re
import tempfile
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard.pages.data.upload import CONTENT_TYPE, MAX_REQUEST_BYTES
from dashboard.web.app import create_app
from data.catalogue import load_catalogue
from tests.dashboard.memory_store import MemoryStore, RecordedActions, build_crash_candles

HEADER = "time,exchange,symbol,side,reduceOnly,http_status,code,message\n"

GOOD = (
    "2025-10-10T21:20:01Z,binance,ATOMUSDT,SELL,true,400,-2022,ReduceOnly Order is rejected.\n"
    "2025-10-10T21:20:02Z,binance,ATOM-USDT,SELL,false,200,,\n"
    "2025-10-10T21:20:03Z,binance,DOGEUSDT,SELL,false,503,,Unknown error\n"
)

VIEW = "event=2025-10-10&asset=ATOM&window=crash&focus=binance"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """A browser without the app's scripts."""
    app = create_app(MemoryStore(build_crash_candles()), load_catalogue(), RecordedActions())
    client: FlaskClient = app.server.test_client()
    return client


def list_markup(part: Any) -> list[str]:  # noqa: ANN401 - components as JSON
    """The HTML of the static elements among serialized components."""
    if isinstance(part, list):
        return [html for item in part for html in list_markup(item)]
    if not isinstance(part, dict):
        return []
    return [part["html"]] if "html" in part and "tag" in part else list_markup(list(part.values()))


def read_text(part: Any) -> str:  # noqa: ANN401 - as above
    """All text of serialized components, with single blanks."""
    if isinstance(part, str):
        return part
    if isinstance(part, list):
        return " ".join(" ".join(map(read_text, part)).split())
    if not isinstance(part, dict):
        return ""
    if "html" in part and "tag" in part:
        return unescape(re.sub(r"<[^>]*>", " ", part["html"]))
    props = part.get("props", {})
    return read_text(props if "html" in props else props.get("children", ""))


def post_log(client: FlaskClient, data: str | bytes, name: str = "log.csv", **query: str) -> dict[str, Any]:
    """The answer to a log: its components as text, and all of it as it is sent."""
    body = data if isinstance(data, bytes) else data.encode()
    response = client.post(
        "/orders/log", query_string={"name": name, "view": VIEW, **query}, data=body, content_type=CONTENT_TYPE
    )
    assert response.status_code == 200, response.text
    content = response.json
    assert content is not None
    return {
        **content,
        "form_text": read_text(content["form"]),
        "card_text": read_text(content["cards"]),
        "raw": response.text,
    }


def find_figure(part: Any) -> dict[str, Any]:  # noqa: ANN401 - components as JSON
    """The figure of the first chart in serialized components."""
    if isinstance(part, dict):
        if part.get("type") == "Graph":
            figure: dict[str, Any] = part["props"]["figure"]
            return figure
        return find_figure(list(part.values()))
    if isinstance(part, list):
        return next((found for item in part if (found := find_figure(item))), {})
    return {}


def test_a_log_is_shown_beside_the_view(client: FlaskClient) -> None:
    """Recognised form, refusal rate of the asset, what its codes mean, its events, and a chart with lanes."""
    answer = post_log(client, HEADER + GOOD)
    assert "log with named columns" in answer["form_text"]
    assert "ATOM on Binance: 50% of 2 attempted orders refused" in answer["card_text"]
    assert "1 of other assets" in answer["card_text"]
    assert "conflicts with the open orders or the position" in answer["card_text"]
    assert "not overload" in answer["card_text"]
    assert answer["summary"] == "log.csv: 3 events read. Nothing is kept on the server."
    names = {trace.get("name") for trace in find_figure(answer["cards"])["data"]}
    assert {"Matching, risk", "Accepted", "refusal rate"} <= names


def test_the_clock_skew_moves_the_events_and_is_said(client: FlaskClient) -> None:
    """Half an hour later than the window ends, nothing of the log is in it."""
    answer = post_log(client, HEADER + GOOD, skew="-1,5")
    assert "Every time of the log moved by -1.5 s" in answer["card_text"]
    assert "21:19:59.500" in answer["card_text"]
    late = post_log(client, HEADER + GOOD, skew="1800")
    assert "2 outside of this window" in late["card_text"]
    assert "is no number of seconds" in post_log(client, HEADER + GOOD, skew="soon")["form_text"]


def test_a_class_is_chosen_for_the_table(client: FlaskClient) -> None:
    """Only the refused order is listed; an unknown class lists all."""
    shown = post_log(client, HEADER + GOOD, **{"class": "matching-risk"})["card_text"]
    assert "The first 1 of 1 events" in shown
    assert "The first 2 of 2 events" in post_log(client, HEADER + GOOD, **{"class": "x"})["card_text"]


def test_what_a_log_does_not_say_is_asked_for_in_the_form(client: FlaskClient) -> None:
    """Zone and exchange, then the columns; the answers are kept in the form."""
    naive = HEADER.replace("exchange,", "") + GOOD.replace("Z,binance,", ",")
    asked = post_log(client, naive)
    assert (asked["cards"], asked["summary"]) == ([], "log.csv needs an answer before it can be read.")
    assert '"orders-times"' in asked["raw"]
    assert '"orders-venue"' in asked["raw"]
    answered = post_log(client, naive, times="UTC", venue="Binance")
    assert "50% of 2 attempted orders" in answered["card_text"]
    assert '"orders-times"' in answered["raw"]
    odd = post_log(client, "wann,was\n2025-10-10T21:20:01Z,-2010\n", venue="binance")
    assert "column-code" in odd["raw"]
    mapped = post_log(
        client,
        "wann,was\n2025-10-10T21:20:01Z,-2010\n",
        venue="binance",
        **{"column-time": "wann", "column-code": "was"},
    )
    assert "1 of 1 attempted order refused" in mapped["card_text"]


def test_bad_lines_are_listed_and_the_good_ones_show(client: FlaskClient) -> None:
    """A broken log has its chart, and the reason beside the number of each bad line."""
    answer = post_log(client, HEADER + GOOD + "x,y\n" + "\xff" * 3)
    assert "50% of 2 attempted orders" in answer["card_text"]
    assert "has 2 fields, the header has 8" in answer["card_text"]
    assert "2 bad lines" in answer["summary"]


def test_events_of_the_future_are_bad_lines(client: FlaskClient) -> None:
    """An epoch in a wrong unit, or a typing error, gives such years."""
    first = GOOD.splitlines()[0]
    answer = post_log(client, HEADER + GOOD + first.replace("2025-", "9025-") + "\n")
    assert "from 2009 to tomorrow" in answer["card_text"]
    assert answer["summary"].startswith("log.csv: 3 events read, 1 bad line")


def test_scripts_and_formulas_stay_text(client: FlaskClient) -> None:
    """Tags in symbol, message and file name are escaped in the HTML that is sent, and none is in the figure."""
    script = "<img src=x onerror=alert(1)>"
    row = f"2025-10-10T21:20:01Z,binance,{script},SELL,true,400,-9999,{script}=1+1\n"
    answer = post_log(client, HEADER + row, f"{script}.csv")
    markup = " ".join(list_markup([answer["form"], answer["cards"]]))
    assert "&lt;img src=x onerror" in markup
    assert "<img" not in markup
    assert f"{script}=1+1" in answer["card_text"]
    assert "onerror" not in str(find_figure(answer["cards"]))


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [("log.xlsx", b"PK", "order logs are read from"), ("log.csv", b"", "is empty"), ("l.json", b"[", "is no JSON")],
)
def test_what_is_no_log_is_refused_with_its_reason(client: FlaskClient, name: str, data: bytes, text: str) -> None:
    """Another format, nothing, half a list."""
    answer = post_log(client, data, name)
    assert text in answer["form_text"]
    assert answer["cards"] == []


def test_a_packed_body_is_unpacked_up_to_the_limit(client: FlaskClient) -> None:
    """Gzip as browsers send it; more than a request may have gets 413, a cut one 400."""
    headers = {"Content-Encoding": "gzip"}

    def send(body: bytes) -> int:
        query = {"name": "log.csv", "view": VIEW}
        response = client.post("/orders/log", query_string=query, data=body, content_type=CONTENT_TYPE, headers=headers)
        return response.status_code

    good = gzip.compress((HEADER + GOOD).encode())
    assert send(good) == 200
    assert send(good[:-10]) == 400
    assert send(b"no gzip") == 400
    assert send(gzip.compress(b" " * (MAX_REQUEST_BYTES + 1))) == 413


def test_other_types_and_larger_requests_are_refused(client: FlaskClient) -> None:
    """What a form of another site could send, and more than 64 MB."""
    assert client.post("/orders/log", data="x", content_type="text/plain").status_code == 415
    headers = {"CONTENT_LENGTH": str(MAX_REQUEST_BYTES + 1)}
    response = client.post("/orders/log", content_type=CONTENT_TYPE, environ_overrides=headers)
    assert (response.status_code, response.mimetype) == (413, "text/plain")


def test_nothing_of_a_log_is_written_or_cached(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No temporary file appears while a log is read, no cookie is set, and no cache may hold the answer."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def refuse_to_write(*words: object, **options: object) -> None:
        message = f"a file is opened: {words} {options}"
        raise AssertionError(message)

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse_to_write)
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse_to_write)
    query = {"name": "log.csv", "view": VIEW}
    response = client.post("/orders/log", query_string=query, data=HEADER + GOOD * 20_000, content_type=CONTENT_TYPE)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
    assert list(tmp_path.iterdir()) == []
