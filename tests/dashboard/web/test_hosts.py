"""The header `Host`: how it is read, and which names are answered."""

import pytest

from dashboard.web.hosts import allow_hosts, describe_foreign_host, is_loopback, parse_host


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost", "localhost"),
        ("localhost:8050", "localhost"),
        ("localhost:", "localhost"),  # RFC 9110: the port may be empty
        ("LOCALHOST:80", "localhost"),
        ("localhost.", "localhost"),
        ("localhost.:8050", "localhost"),
        ("127.0.0.1:8050", "127.0.0.1"),
        ("[::1]", "::1"),
        ("[::1]:8050", "::1"),
        ("[0:0:0:0:0:0:0:1]:8050", "::1"),
        ("[FD00::A]:8050", "fd00::a"),
        ("Plumbline.Example:443", "plumbline.example"),
        ("my_server", "my_server"),
        ("localhost.evil.test", "localhost.evil.test"),
        (None, None),
        ("", None),
        (":8050", None),
        (".", None),
        ("localhost..", None),
        ("a..b", None),
        ("me@localhost", None),
        ("me:secret@localhost:8050", None),
        ("localhost:8050@evil.test", None),
        ("localhost/evil.test", None),
        ("localhost evil.test", None),
        ("localhost,evil.test", None),
        ("localhost\n", None),
        ("localhost:http", None),
        ("localhost:123456", None),
        ("::1", None),
        ("[::1", None),
        ("[::1]8050", None),
        ("[127.0.0.1]", None),
        ("[::1%lo]", None),
        ("[:::]", None),
        ("http://localhost", None),
        ("l\u00f6calhost", None),
    ],
)
def test_a_header_is_read_as_a_name_without_its_port(header: str | None, name: str | None) -> None:
    """Upper case, a last dot, a port and the long form of an address make no difference; all else is malformed."""
    assert parse_host(header) == name


@pytest.mark.parametrize("header", ["localhost", "LocalHost.:1", "127.0.0.1:8050", "[::1]:8050"])
@pytest.mark.parametrize("bound_host", ["127.0.0.1", "0.0.0.0", "192.168.1.5", "plumbline.lan"])  # noqa: S104 - not served
def test_this_machine_is_always_answered(header: str, bound_host: str) -> None:
    """Its own names are allowed with every port, wherever the server listens."""
    assert describe_foreign_host(header, allow_hosts(bound_host)) == ""


@pytest.mark.parametrize(
    ("bound_host", "names", "header", "is_allowed"),
    [
        ("127.0.0.1", (), "evil.test:8050", False),
        ("127.0.0.1", (), "127.0.0.1.evil.test", False),
        ("127.0.0.1", (), "192.168.1.5:8050", False),
        ("127.0.0.1", (), "127.0.0.2", False),
        ("127.0.0.2", (), "127.0.0.2", True),
        ("127.0.0.1", ("plumbline.example",), "plumbline.example", True),
        ("127.0.0.1", ("Plumbline.Example.",), "PLUMBLINE.example:443", True),
        ("127.0.0.1", ("plumbline.example",), "www.plumbline.example", False),
        ("127.0.0.1", ("plumbline.example",), "plumbline.example.evil.test", False),
        ("192.168.1.5", (), "192.168.1.5:8050", True),
        ("192.168.1.5", (), "192.168.1.6:8050", False),
        ("Server.Lan", (), "server.lan:8050", True),
        ("fd00:0::a", (), "[fd00::a]:8050", True),
        ("0.0.0.0", (), "192.168.1.5:8050", True),  # noqa: S104 - not served
        ("0.0.0.0", (), "[fd00::a]:8050", True),  # noqa: S104 - not served
        ("0.0.0.0", (), "evil.test:8050", False),  # noqa: S104 - not served
        ("::", (), "[fd00::a]", True),
        ("::", (), "evil.test", False),
    ],
)
def test_other_names_have_to_be_allowed(
    bound_host: str, names: tuple[str, ...], header: str, *, is_allowed: bool
) -> None:
    """The bound address and the names of the setting are answered; on all addresses of a machine, each address is."""
    assert (describe_foreign_host(header, allow_hosts(bound_host, names)) == "") is is_allowed


def test_a_refusal_names_the_setting() -> None:
    """The sentence has the name of the request and the setting that would allow it."""
    sentence = describe_foreign_host("evil.test:8050", allow_hosts("127.0.0.1"))
    assert sentence.startswith("Plumbline does not answer under the name evil.test. ")
    assert "PLUMBLINE_ALLOWED_HOSTS" in sentence
    assert "allowed_hosts in plumbline.toml" in sentence


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "0:0::1", "localhost", "LOCALHOST"])
def test_loopback_addresses_are_for_this_machine_alone(host: str) -> None:
    """Nothing from outside reaches them."""
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "plumbline.lan", "localhost.lan"])  # noqa: S104 - not served
def test_all_other_addresses_are_for_more(host: str) -> None:
    """Among them are names, which may stand for any address."""
    assert not is_loopback(host)
