"""`serve` as a process of its own, over a store with the sample."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent.parent.parent
END_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class ServedApp:
    """A running server: its process, port, and the file with what it writes about errors."""

    process: subprocess.Popen[str]
    port: int
    error_file: Path

    def read_memory_mb(self) -> float:
        """Megabytes of memory in use by the process, without those of Chromium, from Linux's /proc."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (kilobytes,) = re.findall(r"VmRSS:\s+(\d+) kB", status)
        return int(kilobytes) / 1000

    def read_cpu_s(self) -> float:
        """Seconds of processor time that the process has used, without Chromium, from Linux's /proc."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def count_open_files(self) -> int:
        """Open files and connections of the process."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def count_threads(self) -> int:
        """Threads of the process."""
        return len(list(Path(f"/proc/{self.process.pid}/task").iterdir()))

    def count_tracebacks(self) -> int:
        """Errors that the process reported with a traceback."""
        return self.error_file.read_text(encoding="utf-8").count("Traceback")


@contextmanager
def serve_sample() -> Iterator[ServedApp]:
    """Serve a new store on a free port; the server is ended with SIGTERM, and has not ended before."""
    with TemporaryDirectory() as folder:
        error_file = Path(folder) / "errors.txt"
        command = [sys.executable, str(ROOT / "app.py"), "--store", str(Path(folder) / "lake"), "serve"]
        with (
            error_file.open("w", encoding="utf-8") as errors,
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process,  # noqa: S603 - our own program
        ):
            try:
                assert process.stdout is not None
                line = process.stdout.readline()
                yield ServedApp(process, int(line.rsplit(":", 1)[1].split()[0]), error_file)
                assert process.poll() is None
            finally:
                process.terminate()
                try:
                    process.wait(END_TIMEOUT_S)
                except subprocess.TimeoutExpired:
                    process.kill()
