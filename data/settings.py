"""Settings from flags, environment variables, ``plumbline.toml`` and defaults, in this order of precedence."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from platformdirs import user_data_dir
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from data.errors import UsageError
from data.text.quoting import HIDDEN_SIGNS_NOUN, cut_text, escape_hidden_signs, has_hidden_signs
from data.toml import describe_toml_error

SETTINGS_FILE = "plumbline.toml"
"""The settings file in the current folder."""

ENV_PREFIX = "PLUMBLINE_"
"""Prefix of the environment variables."""


def find_default_store(root: Path) -> str:
    """``data/lake`` in a checkout of the project, else a folder in the platform's user data directory.

    Args:
        root: the folder of the project's packages.
    """
    is_checkout = (root / "pyproject.toml").is_file() and (root / "app.py").is_file()
    return str(root / "data" / "lake") if is_checkout else str(Path(user_data_dir("plumbline")) / "lake")


def _find_own_default_store() -> str:
    return find_default_store(Path(__file__).resolve().parent.parent)


def _expand_store(store: str) -> str:
    if has_hidden_signs(store):
        message = f"it holds {HIDDEN_SIGNS_NOUN}"
        raise ValueError(message)
    return store if "://" in store else str(Path(store).expanduser())


def _check_mirror(mirror: str | None) -> str | None:
    if mirror is not None and not mirror.startswith(("http://", "https://")):
        message = "it should start with http:// or https://"
        raise ValueError(message)
    return None if mirror is None else mirror.rstrip("/")


def _check_public_url(url: str | None) -> str | None:
    if url is None:
        return None
    parts = urlsplit(url)
    is_address = parts.scheme in {"http", "https"} and parts.hostname and parts.username is None
    if not is_address or parts.path.strip("/") or parts.query:
        message = "it should be the address of a host without a path, such as https://plumbline.example"
        raise ValueError(message)
    return url.rstrip("/")


def _split_names(names: object) -> object:
    return [name.strip() for name in names.split(",") if name.strip()] if isinstance(names, str) else names


def _check_host_name(name: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]", name) is None:
        message = f"{name}: write names as in plumbline.example, without http:// and without a port"
        raise ValueError(message)
    return name.strip("[]")


def _check_account(account: SecretStr | None) -> SecretStr | None:
    if account is not None and not all(account.get_secret_value().partition(":")):
        message = "it should be user:password"
        raise ValueError(message)
    return account


class Settings(BaseSettings):
    """The settings.

    Attributes:
        store: a folder or any URI that deltalake takes.
        host: the address at which the page is served.
        port: its port.
        mirror: base URL requested in place of the exchanges; None for the exchanges themselves.
        proxy: URL of the proxy to the exchanges; None for none.
        hosts: another documented host of a venue, by ccxt id.
        public_url: where readers reach the page, such as https://plumbline.example; None for the address that a
            request names.
        allowed_hosts: further names of the page, such as that of a reverse proxy; commas separate them in a variable.
        public: the page may be served without an account to other machines.
        auth: the account that the page asks for, ``user:password``; None for none.
        read_only: the page does not collect, import or remove candles.
    """

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_ignore_empty=True, toml_file=SETTINGS_FILE, extra="forbid", frozen=True
    )

    store: Annotated[str, Field(min_length=1), AfterValidator(_expand_store)] = Field(
        default_factory=_find_own_default_store, repr=False
    )
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8050, ge=1, le=65535)
    mirror: Annotated[str | None, AfterValidator(_check_mirror)] = Field(default=None, repr=False)
    proxy: str | None = Field(default=None, repr=False)
    hosts: dict[str, str] = Field(default_factory=dict)
    public_url: Annotated[str | None, AfterValidator(_check_public_url)] = None
    allowed_hosts: Annotated[
        tuple[Annotated[str, AfterValidator(_check_host_name)], ...], NoDecode, BeforeValidator(_split_names)
    ] = ()
    public: bool = False
    auth: Annotated[SecretStr | None, AfterValidator(_check_account)] = None
    read_only: bool = False

    @property
    def names_port(self) -> bool:
        """Whether a flag, the environment or the file names the port."""
        return "port" in self.model_fields_set

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is that of pydantic-settings
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The sources in order of precedence."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(
    *,
    store: str | None = None,
    host: str | None = None,
    port: int | None = None,
    mirror: str | None = None,
    proxy: str | None = None,
    hosts: Mapping[str, str] | None = None,
    public: bool | None = None,
    read_only: bool | None = None,
) -> Settings:
    """Load the settings; arguments are flags, None if not given.

    Raises:
        UsageError: a setting is unknown or malformed; names it and where it comes from.
    """
    arguments = {
        "store": store,
        "host": host,
        "port": port,
        "mirror": mirror,
        "proxy": proxy,
        "hosts": hosts,
        "public": public,
        "read_only": read_only,
    }
    flags: dict[str, Any] = {name: value for name, value in arguments.items() if value is not None}
    try:
        return Settings(**flags)
    except ValidationError as error:
        faults = "; ".join(_format_fault(fault["loc"], fault["msg"], flags) for fault in error.errors())
        raise UsageError(faults) from error
    except SettingsError as error:
        message = f'{ENV_PREFIX}HOSTS is no JSON; write it like {{"bybit": "api.bytick.com"}}'
        raise UsageError(message) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is a bad value
        message = f"{SETTINGS_FILE}: {describe_toml_error(error)}"
        raise UsageError(message) from error
    except OSError as error:
        message = f"{SETTINGS_FILE} cannot be read: {error.strerror or error}"
        raise UsageError(message) from error


def _format_fault(location: tuple[int | str, ...], reason: str, flags: dict[str, Any]) -> str:
    """A message that names where a bad setting comes from: flag, environment variable or file."""
    name = str(location[0])
    variable = ENV_PREFIX + name.upper()
    if name in flags:
        source = f"--{name.replace('_', '-')}"
    elif variable in {key.upper() for key in os.environ}:
        source = variable
    else:
        source = f"{name} in {SETTINGS_FILE}"
    return escape_hidden_signs(f"{cut_text(source)}: {cut_text(reason.removeprefix('Value error, '))}")
