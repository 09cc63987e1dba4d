"""`serve`: who may reach the page, and what the page may do."""

from pathlib import Path
from typing import Any

import pytest
from dash import Dash

from app import server
from data.errors import UsageError
from data.settings import Settings
from tests.cli.program import RunCommand

OPEN_ADDRESS = "0.0.0.0"  # noqa: S104 - it is what has to be refused


@pytest.fixture
def served_apps(monkeypatch: pytest.MonkeyPatch) -> list[Dash]:
    """The apps that would have been served, in an environment without settings."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PLUMBLINE_{name.upper()}", raising=False)
    apps: list[Dash] = []

    def close(page: Dash, listener: Any, _: object) -> None:  # noqa: ANN401 - a socket
        apps.append(page)
        listener.close()

    monkeypatch.setattr("cli.server.serve.serve_app", close)
    return apps


@pytest.mark.parametrize("host", [OPEN_ADDRESS, "::", "192.0.2.1", "plumbline.example"])
def test_other_computers_need_an_account_or_a_word(run: RunCommand, served_apps: list[Dash], host: str) -> None:
    """Beyond this machine nothing is served without an account, and the message says what it means."""
    result = run("serve", "--host", host)
    assert result.exit_code == 2
    assert f"--host {host}: everyone who reaches this computer could open the page, import files" in result.output
    assert "PLUMBLINE_AUTH=user:password" in result.output
    assert "--public" in result.output
    assert served_apps == []


def test_a_read_only_page_is_told_to_be_read(run: RunCommand, served_apps: list[Dash]) -> None:
    """Nobody could import through a page that is read-only."""
    result = run("serve", "--host", OPEN_ADDRESS, "--read-only")
    assert result.exit_code == 2
    assert "could open the page. Set PLUMBLINE_AUTH" in result.output
    assert served_apps == []


@pytest.mark.parametrize(
    ("options", "environment", "status"),
    [
        (("--public",), {}, 200),
        ((), {"PLUMBLINE_PUBLIC": "true"}, 200),
        ((), {"PLUMBLINE_AUTH": "anna:hush"}, 401),
        (("--public",), {"PLUMBLINE_AUTH": "anna:hush"}, 401),
    ],
)
def test_with_an_account_or_a_word_other_computers_are_answered(
    run: RunCommand,
    served_apps: list[Dash],
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    environment: dict[str, str],
    status: int,
) -> None:
    """The account is asked for whenever there is one; addresses of the machine are answered, foreign names are not."""
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    assert run("serve", "--host", OPEN_ADDRESS, *options).exit_code == 0
    client = served_apps[0].server.test_client()
    assert client.get("/method", headers={"Host": "192.168.1.5:8050"}).status_code == status
    assert client.get("/method", headers={"Host": "evil.test:8050"}).status_code == 421


def test_the_account_holds_on_this_machine_as_well(
    run: RunCommand, served_apps: list[Dash], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other users of this machine reach it too."""
    monkeypatch.setenv("PLUMBLINE_AUTH", "anna:hush")
    assert run("serve").exit_code == 0
    client = served_apps[0].server.test_client()
    assert client.get("/method").status_code == 401
    assert client.get("/method", auth=("anna", "hush")).status_code == 200


def test_the_name_of_a_proxy_is_allowed_by_a_setting(
    run: RunCommand, served_apps: list[Dash], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the setting the name is refused."""
    assert run("serve").exit_code == 0
    monkeypatch.setenv("PLUMBLINE_ALLOWED_HOSTS", "plumbline.example")
    assert run("serve").exit_code == 0
    clients = [page.server.test_client() for page in served_apps]
    answers = [client.get("/method", headers={"Host": "plumbline.example"}) for client in clients]
    assert [answer.status_code for answer in answers] == [421, 200]


@pytest.mark.parametrize("by_variable", [False, True])
def test_read_only_refuses_an_import(
    run: RunCommand, served_apps: list[Dash], monkeypatch: pytest.MonkeyPatch, *, by_variable: bool
) -> None:
    """By option or by variable; without either the file is looked at."""
    if by_variable:
        monkeypatch.setenv("PLUMBLINE_READ_ONLY", "true")
    assert run("serve", *(() if by_variable else ("--read-only",))).exit_code == 0
    monkeypatch.delenv("PLUMBLINE_READ_ONLY", raising=False)
    assert run("serve").exit_code == 0
    answers = [
        page.server.test_client().post("/import?name=a.csv", data=b"x", content_type="application/octet-stream")
        for page in served_apps
    ]
    assert [answer.status_code for answer in answers] == [403, 200]
    assert "read-only" in answers[0].text


def test_another_server_keeps_to_the_same_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gunicorn gets the settings from the environment, and no page that everyone could use."""
    monkeypatch.setenv("PLUMBLINE_STORE", str(tmp_path / "lake"))
    monkeypatch.setenv("PLUMBLINE_HOST", OPEN_ADDRESS)
    with pytest.raises(UsageError, match="everyone who reaches this computer"):
        server()
    monkeypatch.setenv("PLUMBLINE_AUTH", "anna:hush")
    assert server().test_client().get("/").status_code == 401
