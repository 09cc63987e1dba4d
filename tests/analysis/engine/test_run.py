import os
import signal
import subprocess
import sys
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from analysis.engine import cluster
from analysis.engine.run import Engine, EngineKind, run_tasks
from data.errors import EngineFailed, TaskFailed, UsageError
from tests.analysis.engine import work
from tests.analysis.engine.work import NumberTask

ROOT = Path(__file__).parents[3]

engines_with_processes = pytest.mark.parametrize("kind", [EngineKind.PROCESSES, EngineKind.DASK])


@pytest.fixture(params=list(EngineKind))
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine, with two workers."""
    if request.param is EngineKind.DASK:
        return Engine(kind=EngineKind.DASK, address=request.getfixturevalue("scheduler"))
    return Engine(kind=request.param, workers=2)


def list_tasks(number_count: int, folder: Path | str = "") -> list[NumberTask]:
    """The tasks from 0 on."""
    return [NumberTask(number, str(folder)) for number in range(number_count)]


def test_results_come_in_the_order_of_tasks(engine: Engine) -> None:
    """Whatever runs them, the first result is that of the first task."""
    assert list(run_tasks(work.square, list_tasks(100), engine)) == [number**2 for number in range(100)]


def test_no_task_gives_no_result(engine: Engine) -> None:
    """An empty list is no error, and no process starts for it."""
    assert list(run_tasks(work.square, [], engine)) == []


def test_a_failing_task_names_asset_and_window(engine: Engine) -> None:
    """An error that is meant for the user comes with the asset and the window, and with its exit code."""
    with pytest.raises(TaskFailed) as caught:
        list(run_tasks(work.refuse_three, list_tasks(6), engine))
    assert str(caught.value) == (
        "COIN3 from 2025-10-10T00:00Z to 2025-10-11T00:00Z: the store at s3://lake cannot be used"
    )
    assert caught.value.exit_code == 3


def test_a_defect_keeps_its_type_and_names_the_task(engine: Engine) -> None:
    """A defect is no message for users: it is raised as it is, with a note."""
    with pytest.raises(ZeroDivisionError) as caught:
        list(run_tasks(work.fail_at_three, list_tasks(6), engine))
    assert caught.value.__notes__ == ["while working on COIN3 from 2025-10-10T00:00Z to 2025-10-11T00:00Z"]


def test_results_before_a_failure_are_yielded(engine: Engine) -> None:
    """What was done before a failing task is not lost."""
    results = run_tasks(work.refuse_three, list_tasks(6), engine)
    assert [next(results) for _ in range(3)] == [0, 1, 4]
    with pytest.raises(TaskFailed):
        next(results)


@pytest.mark.parametrize("kind", [EngineKind.SERIAL, EngineKind.THREADS, EngineKind.PROCESSES])
def test_only_a_bounded_number_of_tasks_is_started(kind: EngineKind, tmp_path: Path) -> None:
    """Of a list without an end only the tasks near the result that is taken are worked on."""
    tasks = (NumberTask(number, str(tmp_path)) for number in count())
    with closing(run_tasks(work.note_run, tasks, Engine(kind=kind, workers=2))) as results:
        assert [next(results) for _ in range(30)] == [number**2 for number in range(30)]
    assert len(list(tmp_path.iterdir())) <= 30 + 2 * 8


@engines_with_processes
def test_a_lost_worker_is_survived(kind: EngineKind, tmp_path: Path) -> None:
    """The task of a process that was killed is given to another, and every result comes once and in order."""
    tasks = list_tasks(40, tmp_path)
    results = list(run_tasks(work.die_once_at_three, tasks, Engine(kind=kind, workers=2)))
    assert (tmp_path / "killed").exists()
    assert results == [number**2 for number in range(40)]


@engines_with_processes
def test_a_task_that_ends_every_worker_is_given_up(kind: EngineKind) -> None:
    """The message names the task and says what may help."""
    with pytest.raises(EngineFailed, match=r"^COIN3 from 2025-10-10T00:00Z to .*ended while they worked on it.*memory"):
        list(run_tasks(work.die_at_three, list_tasks(6), Engine(kind=kind, workers=2)))


def test_processes_are_other_ones_and_share_the_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes work, neither is this one, and polars has its share of the processors in each, but not here."""
    monkeypatch.setenv("POLARS_MAX_THREADS", "7")
    engine = Engine(workers=2)
    found = set(run_tasks(work.find_own_process, list_tasks(200), engine))
    assert len(found) == 2
    assert os.getpid() not in {process for process, _ in found}
    assert {threads for _, threads in found} == {str(engine.threads_per_worker)}
    assert os.environ["POLARS_MAX_THREADS"] == "7"


def test_a_stopped_caller_ends_the_processes() -> None:
    """Once the iterator is closed its processes are gone."""
    with closing(run_tasks(work.find_own_process, list_tasks(1000), Engine(workers=2))) as results:
        process, _ = next(results)
        os.kill(process, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


@engines_with_processes
def test_ctrl_c_stops_cleanly(kind: EngineKind, tmp_path: Path) -> None:
    """Ctrl-C, which a terminal sends to all processes of a program, ends them with the traceback of one."""
    started = tmp_path / "started"
    os.mkfifo(started)
    command = [sys.executable, "-m", work.__name__, kind, str(tmp_path)]
    with subprocess.Popen(  # noqa: S603 - this very interpreter
        command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as program:
        workers: set[int] = set()
        while len(workers) < 2:
            workers |= {int(line) for line in started.read_text(encoding="ascii").split()}
        os.killpg(program.pid, signal.SIGINT)
        _, errors = program.communicate(timeout=60)
    assert program.returncode == -signal.SIGINT
    assert errors.count("Traceback") == 1
    for worker in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)


def test_dask_without_its_package_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is optional: the message has the command."""
    monkeypatch.setattr(cluster, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"pip install 'plumbline\[cluster\]'"):
        list(run_tasks(work.square, list_tasks(1), Engine(kind=EngineKind.DASK)))


def test_an_address_without_a_scheduler_is_refused() -> None:
    """The message names the address."""
    # The defaults of `distributed` come when it is imported: a setting made before takes them all away when it ends.
    import distributed  # noqa: F401, PLC0415 - an optional extra
    from dask import config  # noqa: PLC0415 - an optional extra

    no_wait = config.set({"distributed.comm.timeouts.connect": "100ms"})
    with no_wait, pytest.raises(UsageError, match=r"^no dask scheduler answers at tcp://127\.0\.0\.1:9: "):
        list(run_tasks(work.square, list_tasks(1), Engine(kind=EngineKind.DASK, address="tcp://127.0.0.1:9")))


def test_an_engine_without_workers_or_with_a_useless_address_is_refused() -> None:
    """Both are errors of usage."""
    with pytest.raises(UsageError, match="at least one worker, not 0"):
        Engine(workers=0)
    with pytest.raises(UsageError, match="is for the engine dask, not for threads"):
        Engine(kind=EngineKind.THREADS, address="tcp://127.0.0.1:8786")
