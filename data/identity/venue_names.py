"""The names of venues. Two names of one venue are never two venues: every spelling is read as one id."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from data.errors import UsageError
from data.text.quoting import HIDDEN_SIGNS_NOUN, has_hidden_signs, quote_input

VENUE_ID = re.compile(r"[a-z0-9_]{1,40}")
"""The form of the id of a venue that is declared."""

MAX_NAME_CHARS = 80
"""The longest name of a venue that is looked up; the longest known one has 20."""


def normalize_name(text: str) -> str:
    """The letters and digits of a name, without case: names that agree in them are the same.

    >>> normalize_name("Binance.US"), normalize_name("binance-us ")
    ('binanceus', 'binanceus')
    """
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


@dataclass(frozen=True, slots=True)
class VenueNames:
    """The ids of venues by their names; the keys of ``ids`` are as `normalize_name` returns them."""

    ids: Mapping[str, str]

    def find(self, text: str) -> str | None:
        """The id of the venue with that name, in any case and punctuation; None if no venue has it.

        A text with signs that cannot be seen is no name.
        """
        if len(text) > MAX_NAME_CHARS or has_hidden_signs(text.strip()):
            return None
        return self.ids.get(normalize_name(text))

    def find_nearest(self, text: str) -> str:
        """The id of the venue whose name is most like the text."""
        name = normalize_name(text[:MAX_NAME_CHARS])
        return self.ids[difflib.get_close_matches(name, self.ids, n=1, cutoff=0.0)[0]]

    def resolve(self, text: str) -> str:
        """The id of the venue with that name, in any case and punctuation.

        Raises:
            UsageError: no venue has it; names the nearest known one, and the option that declares a new one.
        """
        if (venue_id := self.find(text)) is not None:
            return venue_id
        if has_hidden_signs(text.strip()):
            message = f"venue {quote_input(text)} holds {HIDDEN_SIGNS_NOUN}; write it without"
            raise UsageError(message)
        message = (
            f"venue {quote_input(text)} is unknown; the nearest known one is {self.find_nearest(text)}. "
            f"If it is another one, declare it: --new-venue {_suggest_id(text)}"
        )
        raise UsageError(message)

    def declare(self, new_ids: Iterable[str]) -> "VenueNames":
        """These names, and venues declared by their ids. An id that is a known name declares nothing.

        Raises:
            UsageError: an id has another form than `VENUE_ID` in small letters.
        """
        ids = dict(self.ids)
        for new_id in (text.strip().lower() for text in new_ids):
            if len(new_id) <= MAX_NAME_CHARS and normalize_name(new_id) in ids and not has_hidden_signs(new_id):
                continue
            if not VENUE_ID.fullmatch(new_id) or not normalize_name(new_id):
                message = (
                    f"{quote_input(new_id)} is no id of a venue; write it like {_suggest_id(new_id)}, "
                    "of a to z, 0 to 9 and _, at most 40"
                )
                raise UsageError(message)
            ids[normalize_name(new_id)] = new_id
        return VenueNames(ids)

    def add_stored(self, stored_ids: Iterable[str]) -> "VenueNames":
        """These names, and the ids of venues in a store; where both have a name, it is the one of this object."""
        return VenueNames({**{normalize_name(stored_id): stored_id for stored_id in stored_ids}, **self.ids})


def build_venue_names(names: Mapping[str, Iterable[str]], families: Mapping[str, str]) -> VenueNames:
    """The names of the venues of the catalogue.

    An id always names its own venue. So a name that is also the id of a relative is read as that relative, such as
    "Coinbase": the two never vote beside each other.

    Args:
        names: further names of each venue by its id.
        families: the family of each venue by its id.

    Raises:
        UsageError: two venues share a name, or a name has neither letters nor digits; names venue and name.
    """
    ids: dict[str, str] = {}
    for venue_id in names:
        if (owner := ids.setdefault(normalize_name(venue_id), venue_id)) != venue_id:
            message = f"{venue_id}: is the same name as {owner}"
            raise UsageError(message)
    for venue_id, venue_names in names.items():
        for name in venue_names:
            key = normalize_name(name)
            owner = ids.setdefault(key, venue_id)
            is_relative = key == normalize_name(owner) and families[owner] == families[venue_id]
            if not key or (owner != venue_id and not is_relative):
                message = f"{venue_id}: {name!r} is {f'a name of {owner} too' if key else 'no name'}"
                raise UsageError(message)
    return VenueNames(ids)


def _suggest_id(text: str) -> str:
    """The text as an id, if it can be one, else an example."""
    lower = text.strip().lower()
    if VENUE_ID.fullmatch(lower):
        return lower
    plain = normalize_name(text[:MAX_NAME_CHARS])
    return plain if VENUE_ID.fullmatch(plain) else "some_venue"
