"""Names of files that are uploaded."""

import io

import pytest

from dashboard.jobs.pending_uploads import PendingUpload
from data.errors import FileRefused


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a" * 300 + ".csv", "its name has more than 200 bytes; give it a shorter one"),
        ("\u5e01" * 67 + ".csv", "its name has more than 200 bytes"),
        ("a\u202evsc.csv", "'a\\u202evsc.csv': its name holds a control, bidirectional or invisible sign"),
        ("a\ud800.csv", "its name holds a control"),
        ("..", "is no name of a file"),
        ("\0", "is no name of a file"),
    ],
)
def test_a_name_that_no_file_should_have_is_refused(name: str, reason: str) -> None:
    """Too long for systems of files, turned around, half a sign, and names of folders."""
    with pytest.raises(FileRefused) as caught:
        PendingUpload(name, io.BytesIO(b"1"))
    assert reason in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_long_name_of_a_path_counts_by_its_last_part() -> None:
    """Browsers may send the path of a file."""
    upload = PendingUpload("C:\\" + "folder\\" * 60 + "a.csv", io.BytesIO(b"1"))
    assert upload.path.name == "a.csv"


def test_no_other_user_of_the_machine_reads_a_file() -> None:
    """Its folder is for the user of the server alone, and goes with the upload."""
    upload = PendingUpload("candles.csv", io.BytesIO(b"1"))
    folder = upload.path.parent
    assert folder.stat().st_mode & 0o077 == 0
    del upload
    assert not folder.exists()
