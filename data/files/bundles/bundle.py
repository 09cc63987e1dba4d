"""Zip files of many markets: which members are read, one by one, and what is said about the others."""

import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from data.errors import FileRefused
from data.files.bundles.kraken_names import BundleListing, BundleMember, is_kraken_bundle, list_bundle
from data.files.formats.limits import Limits
from data.files.formats.raw_table import build_refusal
from data.files.formats.unpack import Content, list_members, read_member
from data.schema import Timeframe

BUNDLE_VENUE = "kraken"
"""The only exchange whose zip files of many markets are known."""

MAX_SHOWN_MEMBERS = 5
"""How many members a message names."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A zip file of Kraken's candles, and its members by name."""

    path: Path
    members: dict[str, zipfile.ZipInfo]

    def list_members(self, assets: Collection[str], timeframe: Timeframe) -> BundleListing:
        """The members to read.

        Raises:
            FileRefused: no assets are given.
        """
        if not assets:
            example = "--assets ATOM,DOGE"
            reason = f"is a zip of {len(self.members):,} files of Kraken's markets; say which to take with {example}"
            raise build_refusal(self.path, reason)
        return list_bundle(self.members, assets, timeframe)

    def read(self, member: BundleMember, limits: Limits) -> Content:
        """The bytes of a member.

        Raises:
            FileRefused: it is damaged or too large, or cannot be unpacked here.
        """
        try:
            return read_member(self.path, self.members[member.name], limits)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise build_refusal(self.path, f"is damaged and cannot be unpacked ({error})") from error
        except OSError as error:
            raise build_refusal(self.path, error.strerror or str(error)) from error

    def list_refusals(self, listing: BundleListing) -> Iterator[FileRefused]:
        """What could not be read of the assets: members that cannot be told apart, and assets without one."""
        if listing.unclear:
            names = ", ".join(listing.unclear[:MAX_SHOWN_MEMBERS])
            rest = len(listing.unclear) - MAX_SHOWN_MEMBERS
            more = f" and {rest:,} more" if rest > 0 else ""
            reason = f"left out {names}{more}, whose market cannot be told; unpack them and name it with --symbol"
            yield build_refusal(self.path, reason)
        if listing.absent:
            yield build_refusal(self.path, f"holds no candles of this length of {', '.join(listing.absent)}")


def find_bundle(path: Path) -> Bundle | None:
    """The members of a zip file of Kraken's candles; None for any other file.

    Raises:
        FileRefused: the list of members is too long, or has a name twice.
    """
    if path.suffix.lower() != ".zip":
        return None
    try:
        members = list_members(path)
    except (OSError, zipfile.BadZipFile):  # reading it as a file says what is wrong
        return None
    names = [member.filename for member in members]
    if not is_kraken_bundle(names):
        return None
    if len(set(names)) < len(names):
        raise build_refusal(path, "holds two files of the same name; unpack it")
    return Bundle(path, dict(zip(names, members, strict=True)))
