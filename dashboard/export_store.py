"""What the store tells of itself as files: what was had, what could not be had, what was changed, and what is held."""

from dashboard.data_files import data_rows
from dashboard.export_asked import Asked, Export
from dashboard.export_kinds import MIMETYPES
from data.exporter import rows_as


def told_of_store(asked: Asked) -> Export:
    """The rows of a table of the data page; a table without a row is a file without one.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    name, rows = data_rows(asked.answers.books, asked.view, asked.what)
    return Export(f"{name}.{asked.file_format}", MIMETYPES[asked.file_format], rows_as(rows, asked.file_format))
