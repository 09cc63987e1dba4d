"""The replayed venues, by ccxt id: every module of `tests.replay.wire`."""

from importlib import import_module
from pkgutil import iter_modules

from tests.replay import wire
from tests.replay.format import Format

FORMATS: dict[str, Format] = {
    module.name: import_module(f"{wire.__name__}.{module.name}").FORMAT for module in iter_modules(wire.__path__)
}
