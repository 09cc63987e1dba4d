"""Dockerfile, compose.yaml and docs/deploy.md agree with the project and with each other."""

import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from app import main, server
from data.schema import Evidence
from data.settings import ENV_PREFIX, Settings
from data.store import CandleStore

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
DEPLOY_DOC = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
SETTING_VARIABLES = {f"{ENV_PREFIX}{name.upper()}" for name in Settings.model_fields}
VOLUME = "/var/lib/plumbline"
SCRATCH = "/var/tmp"  # noqa: S108 - a path in the container, where a volume is


def find_instructions(instruction: str) -> list[str]:
    """The arguments of each use of a Dockerfile instruction."""
    return re.findall(rf"^\s*{instruction} (.+)$", DOCKERFILE, re.MULTILINE)


def list_copied_paths() -> list[str]:
    """The files and folders that are copied into the image."""
    return [name for line in find_instructions("COPY") for name in line.split()[:-1]]


def read_environment() -> dict[str, str]:
    """The environment variables that the image sets."""
    return dict(re.findall(r"(\w+)=(\S+)", " ".join(find_instructions("ENV"))))


def test_copied_paths_exist_and_are_not_ignored() -> None:
    """Every path that is copied exists, and `.dockerignore` lets through exactly these."""
    names = list_copied_paths()
    assert [name for name in names if not (ROOT / name).exists()] == []
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    assert sorted(line.removeprefix("!") for line in ignored if line.startswith("!")) == sorted(names)


def test_image_has_every_package() -> None:
    """Each package of the project and `app.py` are copied."""
    packages = re.findall(r'"(\w+)\*"', re.findall(r"^include = (.+)$", PROJECT, re.MULTILINE)[0])
    assert len(packages) == 7
    assert set(packages) | {"app.py"} <= set(list_copied_paths())


def test_installs_check_hashes() -> None:
    """Every requirement is checked by its hash, and the project itself is installed without dependencies."""
    installs = [line for line in find_instructions("RUN") if "pip install" in line]
    assert len(installs) == 2
    for line in installs:
        assert "--require-hashes" in line or {"--no-deps", "--no-build-isolation", "."} <= set(line.split())
    deploy = (ROOT / "requirements" / "deploy.txt").read_text(encoding="utf-8")
    run = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    names = [set(re.findall(r"^([\w-]+)(?:\[[\w,-]+\])?==", text, re.MULTILINE)) for text in (deploy, run)]
    assert names[0] - names[1] == {"gunicorn"}
    assert names[1] - names[0] == set()
    assert "--hash=sha256:" in deploy
    assert re.search(r"^setuptools==", run, re.MULTILINE), "the project is built with it"


def test_system_packages_match_the_makefile() -> None:
    """Browser and font are those that the tests run with."""
    expected = set(re.findall(r"^SYSTEM_PACKAGES := (.+)$", MAKEFILE, re.MULTILINE)[0].split()) - {"python3-venv"}
    assert expected == {"chromium", "fonts-dejavu-core"}
    assert all(package in find_instructions("RUN")[0].split() for package in expected)


def test_environment_variables_are_settings() -> None:
    """Every variable in image and services is a setting, and docs/deploy.md names all settings."""
    assert set(read_environment()) <= SETTING_VARIABLES
    assert set(re.findall(rf"{ENV_PREFIX}[A-Z_]+", COMPOSE)) <= SETTING_VARIABLES
    assert set(re.findall(rf"{ENV_PREFIX}[A-Z_]+", DEPLOY_DOC)) == SETTING_VARIABLES


def test_store_is_in_the_volume_of_an_unprivileged_user() -> None:
    """Both services share the volume with the store, and the image runs as its own user."""
    assert read_environment()["PLUMBLINE_STORE"].startswith(f"{VOLUME}/")
    assert find_instructions("VOLUME") == [VOLUME]
    for service in SERVICES.values():
        assert service["volumes"] == [f"lake:{VOLUME}", f"scratch:{SCRATCH}"]
    assert f"install -d -o plumbline -g plumbline -m 0750 {VOLUME}" in DOCKERFILE


def test_image_runs_as_a_user_who_can_do_nothing_else() -> None:
    """By number, without password and shell; everything but the volume belongs to root."""
    assert find_instructions("USER") == ["10001:10001"]
    assert DOCKERFILE.index("USER 10001") < DOCKERFILE.index('CMD ["plumbline"')
    (user,) = [line for line in find_instructions("RUN") if "useradd" in line]
    assert "groupadd --gid 10001 plumbline" in user
    assert {"--uid 10001", "--gid 10001", "--shell /usr/sbin/nologin", f"--home-dir {VOLUME}"} <= {
        " ".join(pair) for pair in pairwise(user.split())
    }
    assert "--password" not in user
    assert DOCKERFILE.count("-o plumbline") == 1
    assert not re.search(r"--chown|chmod|chown|sudo|setcap", DOCKERFILE)


@pytest.mark.parametrize("name", ["web", "follower"])
def test_services_are_confined(name: str) -> None:
    """Neither service writes beside its volumes, has a capability, gains one, or takes the machine's memory."""
    service = SERVICES[name]
    assert service["user"] == find_instructions("USER")[0]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"] == ["/tmp:size=64m,mode=1777"]  # noqa: S108 - a path in the container
    assert service["environment"]["TMPDIR"] == SCRATCH
    assert re.fullmatch(r"[1-4]g", service["mem_limit"])
    assert service["pids_limit"] == 1024
    assert not {"privileged", "cap_add", "devices", "network_mode", "pid", "ipc"} & set(service)


def test_services_mount_no_folder_of_the_machine() -> None:
    """Every volume is one of Docker's own, which `volumes` declares."""
    declared = set(yaml.safe_load(COMPOSE)["volumes"])
    assert {volume.partition(":")[0] for service in SERVICES.values() for volume in service["volumes"]} == declared


def test_base_image_can_be_given_by_its_digest() -> None:
    """It is an argument, whose default has the oldest Python that the project takes."""
    assert find_instructions("FROM") == ["$BASE"]
    (base,) = re.findall(r"^ARG BASE=(\S+)$", DOCKERFILE, re.MULTILINE)
    (oldest,) = re.findall(r'^requires-python = ">=([\d.]+)"$', PROJECT, re.MULTILINE)
    assert re.fullmatch(rf"python:{re.escape(oldest)}-slim-[a-z]+", base)
    assert f"{base}@sha256:" in DOCKERFILE
    assert f"BASE={base}@sha256:" in DEPLOY_DOC


def test_port_is_consistent() -> None:
    """Page, health check and services use one port, published on the host's loopback address only."""
    port = read_environment()["PLUMBLINE_PORT"]
    assert find_instructions("EXPOSE") == [port]
    assert f"C('127.0.0.1', {port}, timeout=8)" in DOCKERFILE
    assert f'"127.0.0.1:{port}:{port}"' in COMPOSE
    assert read_environment()["PLUMBLINE_HOST"] == "0.0.0.0"  # noqa: S104 - what the container has to listen on


@pytest.mark.parametrize(
    "text", [DOCKERFILE, COMPOSE, DEPLOY_DOC], ids=["Dockerfile", "compose.yaml", "docs/deploy.md"]
)
def test_commands_and_options_exist(text: str) -> None:
    """Every `plumbline` command in image, services and docs exists, with its options."""
    calls = re.findall(r'\["plumbline", (.+?)\]', text) + re.findall(r"(?:web|bin/)\s?plumbline (\w.+)", text)
    assert calls
    for call in calls:
        words = call.split("#")[0].replace('"', "").replace(",", " ").split()
        options = {option for parameter in main.commands[words[0]].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options


def test_a_container_is_open_only_where_its_port_is_not() -> None:
    """The image alone refuses to serve without an account; the service, whose port is for this machine, need not."""
    assert not {"PLUMBLINE_PUBLIC", "PLUMBLINE_AUTH"} & set(read_environment())
    assert 'PLUMBLINE_PUBLIC: "true"' in COMPOSE
    assert re.findall(r"ports: (.+)", COMPOSE) == ['["127.0.0.1:8050:8050"]']


@pytest.mark.parametrize(("status", "code"), [(200, 0), (401, 0), (421, 1), (500, 1)])
def test_the_health_check_takes_an_account_for_health(status: int, code: int) -> None:
    """A page that asks for an account is up; the check runs as it stands in the image, on another port."""
    (check,) = re.findall(r'CMD \["python", "-c", "(.+?)"\]', DOCKERFILE)

    class Page(BaseHTTPRequestHandler):
        """Answers every request with the status."""

        def do_GET(self) -> None:
            """Answer."""
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with HTTPServer(("127.0.0.1", 0), Page) as page:
        thread = threading.Thread(target=page.handle_request)
        thread.start()
        command = [sys.executable, "-c", check.replace("8050", str(page.server_port))]
        result = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own program
        thread.join()
    assert (result.returncode, result.stderr) == (code, b"")


def test_image_serves_and_follows() -> None:
    """The image serves the page by default, and the follower is a service of its own."""
    assert find_instructions("CMD")[-1] == '["plumbline", "serve"]'
    assert '["plumbline", "follow", "--every", "5"]' in COMPOSE


def test_gunicorn_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`server` returns the app over the store of the settings, with the sample; docs/deploy.md names it."""
    monkeypatch.setenv("PLUMBLINE_STORE", str(tmp_path / "lake"))
    response = server().test_client().get("/export/measurement.json?asset=ATOM&window=crash&origin=reconstruction")
    assert response.status_code == 200
    assert CandleStore(str(tmp_path / "lake")).has_candles(Evidence.RECONSTRUCTION)
    assert f'"{server.__module__}:{server.__name__}()"' in DEPLOY_DOC
