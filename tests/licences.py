"""The licences of installed packages, from their own metadata, as SPDX expressions."""

import re
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distribution

ACCEPTABLE = frozenset(
    {
        "0BSD",
        "AFL-2.1",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "MIT",
        "MIT-CMU",
        "MPL-2.0",
        "PSF-2.0",
        "ZPL-2.1",
        "Zlib",
    }
)
"""Licences under which a package may be used at run time."""

ACCEPTABLE_IN_TESTS = ACCEPTABLE | {"Artistic-1.0-Perl"}
"""Those of packages that only tests use."""

BSD = "BSD"
"""What metadata say of a licence that has two forms; its text tells which."""

SPDX_BY_NAME = {
    "Apache 2": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Apache-2.0": "Apache-2.0",
    "Artistic License": "Artistic-1.0-Perl",
    "BSD": BSD,
    "BSD 3-Clause License": "BSD-3-Clause",
    "BSD License": BSD,
    "BSD-2-Clause": "BSD-2-Clause",
    "BSD-3-Clause": "BSD-3-Clause",
    "MIT": "MIT",
    "MIT License": "MIT",
    "MIT OR AFL-2.1": "MIT OR AFL-2.1",
    "MPL-2.0": "MPL-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "PSF-2.0": "PSF-2.0",
    "The MIT License (MIT)": "MIT",
    "ZPL 2.1": "ZPL-2.1",
}
"""Names of licences in metadata that have no expression."""


def read_licence(name: str) -> str:
    """The licence of an installed package as an SPDX expression; "" if its metadata say none that is known.

    Raises:
        PackageNotFoundError: it is not installed.
    """
    package = distribution(name)
    if expressions := package.metadata.get_all("License-Expression"):
        return str(expressions[0])
    texts = list(_read_licence_files(package))
    fields = [str(line) for line in package.metadata.get_all("License") or [""]]
    classifiers = [str(line) for line in package.metadata.get_all("Classifier") or []]
    return name_licence(fields[0], classifiers, texts)


def name_licence(field: str, classifiers: Iterable[str], texts: Iterable[str]) -> str:
    """The SPDX expression of a package whose metadata have none; "" if nothing says a known licence.

    Several classifiers count as all of them together, as nothing says that one may choose.

    Args:
        field: the free text `License`.
        classifiers: all classifiers of the package.
        texts: its licence files.

    >>> name_licence("BSD", [], ["Neither the name of ... may be used to endorse or promote"])
    'BSD-3-Clause'
    """
    texts = list(texts)
    ends = [line.split(" :: ")[-1] for line in classifiers if line.startswith("License :: OSI Approved :: ")]
    first_lines = [text.partition("\n")[0].strip() for text in texts[:1]]
    for names in ([field.partition("\n")[0].strip()], ends, first_lines):
        licences = {SPDX_BY_NAME.get(name, "") for name in names}
        if licences and "" not in licences:
            return " AND ".join(sorted(_choose_bsd(licence, texts) for licence in licences))
    return ""


def is_acceptable(expression: str, acceptable: frozenset[str] = ACCEPTABLE) -> bool:
    """Whether one may use what is under this SPDX expression: all parts of an AND, or one of an OR.

    >>> is_acceptable("MPL-2.0 AND (GPL-3.0-only OR MIT)"), is_acceptable("MIT AND GPL-3.0-only"), is_acceptable("")
    (True, False, False)
    """
    return _Expression(expression, acceptable).is_met()


class _Expression:
    """Reads an SPDX expression from left to right; AND binds closer than OR."""

    def __init__(self, text: str, acceptable: frozenset[str]) -> None:
        self._words = re.findall(r"[()]|[^\s()]+", text)
        self._acceptable = acceptable

    def is_met(self) -> bool:
        return bool(self._words) and self._read_alternatives() and not self._words

    def _read_alternatives(self) -> bool:
        values = [self._read_parts()]
        while self._take("OR"):
            values.append(self._read_parts())
        return any(values)

    def _read_parts(self) -> bool:
        values = [self._read_licence()]
        while self._take("AND"):
            values.append(self._read_licence())
        return all(values)

    def _read_licence(self) -> bool:
        if self._take("("):
            value = self._read_alternatives()
            return self._take(")") and value
        return bool(self._words) and self._words.pop(0) in self._acceptable

    def _take(self, word: str) -> bool:
        is_next = self._words[:1] == [word]
        del self._words[:is_next]
        return is_next


def _read_licence_files(package: Distribution) -> Iterator[str]:
    for path in package.files or []:
        if ".dist-info" in str(path) and re.match(r"(?i)licen|copying", path.name):
            yield path.read_text(encoding="utf-8")


def _choose_bsd(licence: str, texts: Iterable[str]) -> str:
    if licence != BSD:
        return licence
    return "BSD-3-Clause" if any("endorse" in text for text in texts) else "BSD-2-Clause"
