from pathlib import Path

import pytest

from data.errors import UsageError
from data.settings import Settings, find_default_store, load_settings


@pytest.fixture(autouse=True)
def _empty_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A current folder without a settings file, and no settings in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PLUMBLINE_{name.upper()}", raising=False)


def test_defaults() -> None:
    """Without any setting the page is served on this machine alone, on port 8050, and nothing is mirrored."""
    settings = load_settings()
    assert (settings.host, settings.port, settings.mirror) == ("127.0.0.1", 8050, None)
    assert (settings.allowed_hosts, settings.auth) == ((), None)
    assert (settings.public, settings.read_only, settings.names_port) == (False, False, False)


def test_the_store_of_a_checkout_lies_in_it(tmp_path: Path) -> None:
    """A folder with app.py and pyproject.toml is a checkout and holds its store; else the platform's folder does."""
    (tmp_path / "app.py").touch()
    assert Path(find_default_store(tmp_path)).parts[-2:] == ("plumbline", "lake")
    (tmp_path / "pyproject.toml").touch()
    assert find_default_store(tmp_path) == str(tmp_path / "data" / "lake")


def test_flags_win_over_environment_over_file_over_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each setting comes from the first of flag, environment, plumbline.toml and default that has it."""
    (tmp_path / "plumbline.toml").write_text('host = "0.0.0.0"\nport = 1\nstore = "from-file"\n')
    monkeypatch.setenv("PLUMBLINE_PORT", "2")
    monkeypatch.setenv("PLUMBLINE_STORE", "from-environment")
    settings = load_settings(store="from-flag")
    assert (settings.store, settings.port, settings.host) == ("from-flag", 2, "0.0.0.0")  # noqa: S104 - not served


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe", "plumbline.toml: is no text in UTF-8 (byte 1)"),
        (b"port = " + b"9" * 5_000, "plumbline.toml: Exceeds the limit"),
        (b"a = " + b"[" * 5_000, "plumbline.toml: is nested too deeply"),
        ('"x\u202ey" = 1'.encode(), "x\\u202ey in plumbline.toml: Extra inputs are not permitted"),
        ('store = "x\u202ey"'.encode(), "store in plumbline.toml: it holds a control, bidirectional or invisible sign"),
    ],
)
def test_a_file_of_settings_that_cannot_be_read_is_named(
    content: bytes, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes that are no text, numbers and lists beyond the parser's bounds, and signs that turn a message."""
    (tmp_path / "plumbline.toml").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        load_settings()
    assert str(caught.value).startswith(reason)


def test_a_variable_that_is_no_json_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hosts of exchanges are written as JSON."""
    monkeypatch.setenv("PLUMBLINE_HOSTS", "{bybit")
    with pytest.raises(UsageError, match=r"^PLUMBLINE_HOSTS is no JSON; write it like"):
        load_settings()


def test_an_empty_variable_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty environment variable is ignored."""
    monkeypatch.setenv("PLUMBLINE_MIRROR", "")
    assert load_settings().mirror is None


def test_home_is_expanded_in_folders_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A tilde stands for the home folder; a URI stays as it is."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_settings(store="~/lake").store == str(tmp_path / "lake")
    assert load_settings(store="s3://bucket/~lake").store == "s3://bucket/~lake"


def test_a_mirror_loses_its_last_slash() -> None:
    """A trailing slash is removed from the base URL of the mirror."""
    assert load_settings(mirror="http://127.0.0.1:9000/").mirror == "http://127.0.0.1:9000"


def test_a_bad_flag_is_named() -> None:
    """The error for a malformed flag names the flag."""
    with pytest.raises(UsageError, match=r"^--port: .*less than or equal to 65535"):
        load_settings(port=70000)
    with pytest.raises(UsageError, match=r"^--mirror: it should start with http:// or https://$"):
        load_settings(mirror="127.0.0.1:9000")


def test_a_bad_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error for a malformed environment variable names it."""
    monkeypatch.setenv("PLUMBLINE_PORT", "eighty")
    with pytest.raises(UsageError, match=r"^PLUMBLINE_PORT: "):
        load_settings()


def test_a_bad_line_of_the_file_is_named(tmp_path: Path) -> None:
    """A malformed or unknown setting of the file is named with the file, and so is a file that is no TOML."""
    file = tmp_path / "plumbline.toml"
    file.write_text('port = "eighty"\nprot = 80\n')
    with pytest.raises(UsageError, match=r"port in plumbline.toml: .*; prot in plumbline.toml: "):
        load_settings()
    file.write_text("port = ")
    with pytest.raises(UsageError, match=r"^plumbline.toml: "):
        load_settings()


@pytest.mark.parametrize("url", ["plumbline.example", "https://", "https://plumbline.example/below", "ftp://a.example"])
def test_a_public_url_is_that_of_a_host(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is at the root of its host, so that its public address has no path."""
    monkeypatch.setenv("PLUMBLINE_PUBLIC_URL", url)
    with pytest.raises(UsageError, match=r"^PLUMBLINE_PUBLIC_URL: it should be the address of a host"):
        load_settings()


def test_a_public_url_loses_its_last_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are added to it."""
    monkeypatch.setenv("PLUMBLINE_PUBLIC_URL", "https://plumbline.example:8443/")
    assert load_settings().public_url == "https://plumbline.example:8443"


def test_a_named_port_is_told_from_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flag, a variable and the file name a port, also where it is the one of the defaults."""
    assert load_settings(port=8050).names_port
    (tmp_path / "plumbline.toml").write_text("port = 8050\n")
    assert load_settings().names_port
    (tmp_path / "plumbline.toml").write_text("")
    monkeypatch.setenv("PLUMBLINE_PORT", "8050")
    assert load_settings().names_port


def test_allowed_hosts_are_a_list_with_commas_or_of_toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a variable commas separate the names; brackets around an address are left out."""
    (tmp_path / "plumbline.toml").write_text('allowed_hosts = ["plumbline.example"]\n')
    assert load_settings().allowed_hosts == ("plumbline.example",)
    monkeypatch.setenv("PLUMBLINE_ALLOWED_HOSTS", "plumbline.example, My-Server ,[fd00::a],")
    assert load_settings().allowed_hosts == ("plumbline.example", "My-Server", "fd00::a")


@pytest.mark.parametrize(
    "name", ["http://plumbline.example", "plumbline.example:443", "a b", "*", "me@here", "fd00::a"]
)
def test_an_allowed_host_is_a_bare_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A scheme, a port or a wildcard is an error that says how names are written."""
    monkeypatch.setenv("PLUMBLINE_ALLOWED_HOSTS", f"plumbline.example,{name}")
    with pytest.raises(UsageError, match=r"^PLUMBLINE_ALLOWED_HOSTS: .*without http:// and without a port$"):
        load_settings()


def test_an_account_is_user_and_password_and_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The password may have colons; what is no account is refused without printing it."""
    monkeypatch.setenv("PLUMBLINE_AUTH", "anna:hu:sh")
    settings = load_settings()
    assert settings.auth is not None
    assert settings.auth.get_secret_value() == "anna:hu:sh"
    assert "hu:sh" not in repr(settings)
    for text in ("secret", "secret:", ":secret"):
        monkeypatch.setenv("PLUMBLINE_AUTH", text)
        with pytest.raises(UsageError) as refusal:
            load_settings()
        assert str(refusal.value) == "PLUMBLINE_AUTH: it should be user:password"


def test_switches_may_be_flags_or_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flag that is not given leaves the variable its say."""
    assert load_settings(public=True, read_only=True).read_only
    monkeypatch.setenv("PLUMBLINE_READ_ONLY", "true")
    monkeypatch.setenv("PLUMBLINE_PUBLIC", "1")
    settings = load_settings()
    assert (settings.public, settings.read_only) == (True, True)
    monkeypatch.setenv("PLUMBLINE_READ_ONLY", "perhaps")
    with pytest.raises(UsageError, match=r"^PLUMBLINE_READ_ONLY: "):
        load_settings()
