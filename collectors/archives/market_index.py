"""The list of the markets that an archive has or had files of, those that are no longer traded among them."""

import re
from urllib.parse import urlencode

from collectors.archives.download import ArchiveHost
from collectors.failures import BadData
from collectors.http.access import Access
from collectors.http.retry import call_with_retries
from collectors.limits import INDEX_PAGE, INDEX_PAGES
from collectors.store_writer import Clock
from collectors.venues.row import ArchiveIndex, IndexForm

S3_FOLDER = re.compile(r"<CommonPrefixes>\s{0,100}<Prefix>([^<]{1,1024})/</Prefix>")
S3_IS_CUT = re.compile(r"<IsTruncated>\s*true\s*</IsTruncated>")
LINKED_FOLDER = re.compile(r"""href=["']?(?:[^"'> ]{0,200}/)?([^"'>/ ]{1,100})/["'> ]""")
"""A link to a folder; bounded, as 8 MiB of ``href=`` would take hours without an end to look for."""


async def read_market_index(index: ArchiveIndex, access: Access, now: Clock) -> tuple[str, ...]:
    """The names of all folders of an archive, sorted, each once: base and quote without a sign between them.

    Raises:
        CollectFailure: the list cannot be read, or has no folder.
    """
    host = ArchiveHost(index.host, access, now)
    try:
        names = await (_read_bucket(host, index) if index.form is IndexForm.S3 else _read_links(host, index))
    finally:
        await host.close()
    if not names:
        message = f"https://{index.host}/{index.path} lists no market"
        raise BadData(message)
    return tuple(sorted(set(names)))


async def _read_bucket(host: ArchiveHost, index: ArchiveIndex) -> list[str]:
    """The folders of an S3 bucket, page by page: each page begins after the last folder of the one before."""
    folders: list[str] = []
    is_cut = True
    pages = 0
    while is_cut:
        if pages == INDEX_PAGES.amount:
            INDEX_PAGES.refuse(f"https://{index.host}/{index.path}")
        query = {"prefix": index.folder, "delimiter": "/"} | ({"marker": f"{folders[-1]}/"} if folders else {})
        text = await call_with_retries(host.read_text, f"{index.path}?{urlencode(query, safe='/')}", INDEX_PAGE)
        page = S3_FOLDER.findall(text)
        if folders and page and page[0] <= folders[-1]:
            message = f"https://{index.host}/{index.path} sends the same page of its list again"
            raise BadData(message)
        folders += page
        pages += 1
        is_cut = bool(S3_IS_CUT.search(text) and page)
    return [folder.removeprefix(index.folder) for folder in folders]


async def _read_links(host: ArchiveHost, index: ArchiveIndex) -> list[str]:
    """The folders that a page of links names."""
    text = await call_with_retries(host.read_text, index.path, INDEX_PAGE)
    return [name for name in LINKED_FOLDER.findall(text) if name.isalnum()]
