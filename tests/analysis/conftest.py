"""A store per test, and a dask scheduler."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.engine.cluster import ANY_PORT
from data.store import CandleStore


@pytest.fixture
def store(tmp_path: Path) -> CandleStore:
    """A store that does not exist yet."""
    return CandleStore(str(tmp_path / "lake"))


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a dask scheduler with two workers."""
    from distributed import LocalCluster  # noqa: PLC0415 - an optional extra

    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, dashboard_address=ANY_PORT, silence_logs=logging.CRITICAL
    ) as dask_cluster:
        yield dask_cluster.scheduler_address
