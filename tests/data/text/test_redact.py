"""Secrets in addresses are neither shown nor stored."""

import json
import logging
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from cli.main import main
from cli.session import RedactingFormatter
from collectors.collect import run_collection
from collectors.http.access import Access
from collectors.http.ccxt_exchange import shorten_message
from collectors.http.mirror import format_source
from dashboard.pages.data.holdings import describe_store
from data.errors import PlumblineError, UsageError
from data.settings import load_settings
from data.text.redact import redact_secrets
from tests.collectors.replay_setup import NOW, REQUEST, SPOT_OHLCV_VENUES, open_store

SECRET = "hunter2"  # noqa: S105 - a secret that must not be seen


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        (f"https://user:{SECRET}@host/path", "https://***@host/path"),
        (f"https://{SECRET}@host/path", "https://***@host/path"),
        (f"socks5h://user:{SECRET}@host:1080", "socks5h://***@host:1080"),
        (f"s3://KEY:a/{SECRET}/b@bucket/lake", "s3://***@bucket/lake"),
        (f"http://user:a#?{SECRET}@host:1/x", "http://***@host:1/x"),
        (f"http://user:a@b{SECRET}@host", "http://***@host"),
        (f"'user:{SECRET}@host:8080' is no address", "'***@host:8080' is no address"),
        (f"https://host/x?limit=2&token={SECRET}&page=3", "https://host/x?limit=2&token=***&page=3"),
        (f"https://host/x?key={SECRET}", "https://host/x?key=***"),
        (f"https://host/x?apiKey={SECRET}&Signature={SECRET}", "https://host/x?apiKey=***&Signature=***"),
        (f"s3://b/l?X-Amz-Credential={SECRET}&X-Amz-Date=1", "s3://b/l?X-Amz-Credential=***&X-Amz-Date=***"),
        (f"https://h/c?sv=1&sig={SECRET}%2B", "https://h/c?sv=1&sig=***"),
        (f"AWS_SECRET_ACCESS_KEY={SECRET} is wrong", "AWS_SECRET_ACCESS_KEY=*** is wrong"),
        (f"GET http://u:{SECRET}@h/a and http://u:{SECRET}@h/b", "GET http://***@h/a and http://***@h/b"),
    ],
)
def test_secrets_are_marked(text: str, redacted: str) -> None:
    """Accounts, and values of parameters that grant access, give way to a mark; all else stays."""
    assert redact_secrets(text) == redacted
    assert redact_secrets(redacted) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1:9000/api.binance.com/api/v3/klines?symbol=ATOMUSDT&limit=3",
        "https://host/a?symbol=a@b",
        "abfss://container@account.dfs.core.windows.net/lake",
        "BTC/USDT:USDT from 2025-10-10T20:45Z to 23:15Z @ 3",
        "the key=5 of it; monkey=1",
        "/home/user/lake",
        "",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    """Addresses without secrets, markets and times are shown as they are."""
    assert redact_secrets(text) == text


@given(st.text(st.characters(codec="ascii", exclude_characters=" \t\n\r\f\v\x1c\x1d\x1e\x1f\"'<>@/?#"), min_size=3))
def test_no_password_is_left_in_an_address(password: str) -> None:
    """Whatever the password has, it is not in the redacted address."""
    assert redact_secrets(f"http://user:{password}@host.example/x") == "http://***@host.example/x"


@pytest.mark.parametrize("part", ["A", "a.", "://", ":", "@", "a:b@", "token=", "x?", "%2", "'"])
def test_a_long_text_takes_time_in_proportion(part: str) -> None:
    """A message of half a million signs, which a pattern that looks back would take hours for, is redacted."""
    text = part * (500_000 // len(part))
    assert len(redact_secrets(text)) <= len(text) + 3


def test_messages_of_errors_have_no_secrets() -> None:
    """Every error of the program redacts its message, those with a part of an address too."""
    assert str(PlumblineError(f"the store at s3://a:{SECRET}@b cannot be read")) == (
        "the store at s3://***@b cannot be read"
    )
    with pytest.raises(UsageError) as refused:
        Access(proxy=f"ftp://user:{SECRET}@host")
    assert "ftp://***@host" in str(refused.value)
    assert SECRET not in repr(Access(f"http://user:{SECRET}@host", f"http://user:{SECRET}@host"))


def test_settings_do_not_print_their_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text of the settings has no address, and a public address may have no account."""
    for name in ("STORE", "MIRROR", "PROXY"):
        monkeypatch.setenv(f"PLUMBLINE_{name}", f"http://user:{SECRET}@host")
    assert SECRET not in repr(load_settings())
    monkeypatch.setenv("PLUMBLINE_PUBLIC_URL", f"https://user:{SECRET}@host")
    with pytest.raises(UsageError, match="PLUMBLINE_PUBLIC_URL") as refused:
        load_settings()
    assert SECRET not in str(refused.value)


def test_log_lines_have_no_secrets() -> None:
    """A log line is redacted with its arguments and traceback."""
    message = f"http://user:{SECRET}@host failed"
    error = OSError(message)
    record = logging.LogRecord("x", logging.ERROR, "", 1, "GET %s", (message,), (OSError, error, None))
    line = RedactingFormatter().format(record)
    assert SECRET not in line
    assert "GET http://***@host failed" in line


def test_sources_and_messages_of_venues_have_no_secrets() -> None:
    """What is stored of a mirror, and the first words of a long message, have no account."""
    assert format_source("api.x.io", f"http://user:{SECRET}@mirror:9") == "***@mirror:9/api.x.io"
    assert SECRET not in shorten_message(f"{'x' * 190} http://user:{SECRET}@host")
    assert describe_store(f"s3://k:{SECRET}@b/lake", None, {}) == "0 bars at s3://***@b/lake."


def test_a_collection_through_a_mirror_with_an_account_stores_none(tmp_path: Path) -> None:
    """Where a mirror does not answer, neither results nor the store nor `status` have its password."""
    store = open_store(tmp_path)
    access = Access(f"http://user:{SECRET}@127.0.0.1:9")
    venues = [row for row in SPOT_OHLCV_VENUES if row.key in {"okx", "kraken"}]
    summary = run_collection(store, REQUEST, venues=venues, access=access, now=lambda: NOW)
    assert summary.failed
    assert SECRET not in repr(summary)
    result = CliRunner().invoke(main, ["--store", store.uri, "status", "--json"])
    assert json.loads(result.stdout)["not_had"]
    assert SECRET not in result.output
    stored = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert stored
    assert not any(SECRET.encode() in content for content in stored)
