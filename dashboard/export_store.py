"""What the store tells of itself as files: what was had, what could not be had, what was changed, and what is held."""

from dashboard.data_files import build_store_rows
from dashboard.export_asked import ExportFile, ExportRequest
from dashboard.export_kinds import MIMETYPES
from data.exporter import encode_rows


def export_store_table(request: ExportRequest) -> ExportFile:
    """The rows of a table of the data page; a table without a row is a file without one.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    name, rows = build_store_rows(request.measurements.store_info, request.view, request.kind)
    return ExportFile(
        f"{name}.{request.file_format}", MIMETYPES[request.file_format], encode_rows(rows, request.file_format)
    )
