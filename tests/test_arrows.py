"""Data flows one way: no room of the project imports one that comes after it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("app", "collectors", "dashboard", "data", "deviation")
MAY_IMPORT = {
    "collectors": {"collectors", "data"},
    "data": {"data"},
    "deviation": {"deviation"},
    "dashboard": {"dashboard", "data", "deviation"},
}
IMPURE_PACKAGES = {"ccxt", "dash", "plotly", "kaleido", "aiohttp", "httpx", "deltalake", "click", "rich"}


def _list_imports(package: str) -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / package).glob("**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path.name}: write imports from the top"
                yield path.name, node.module or ""
            elif isinstance(node, ast.Import):
                yield from ((path.name, alias.name) for alias in node.names)


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_a_room_imports_only_rooms_before_it(package: str) -> None:
    """Each room imports itself and the rooms before it, `deviation` only the schema of `data`."""
    import_count = 0
    for file, module in _list_imports(package):
        top = module.split(".")[0]
        import_count += 1
        if top in PACKAGES:
            assert top in MAY_IMPORT[package] or (package == "deviation" and module == "data.schema"), (
                f"{file}: {module}"
            )
    assert import_count


def test_the_measurement_is_pure() -> None:
    """No clock, no files, no network and no plotting in `deviation`."""
    for file, module in _list_imports("deviation"):
        top = module.split(".")[0]
        assert top not in IMPURE_PACKAGES, f"{file} imports {module}"
        assert top not in {"time", "os", "pathlib", "io", "random", "asyncio", "socket"}, f"{file} imports {module}"


def test_no_pandas_anywhere() -> None:
    """The runtime needs no pandas."""
    for room in MAY_IMPORT:
        assert all(module.split(".")[0] != "pandas" for _, module in _list_imports(room))
    assert "pandas" not in (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
