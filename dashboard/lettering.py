"""How wide text will be: advance widths of DejaVu Sans, so that lines are broken and fitted before anything is drawn.

Widths are in thousandths of the font size. Text may carry the few HTML tags that plotly draws; they take no room.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence

_REGULAR = {
    275: "'", 278: "ijl\u0131", 284: "\u0142", 288: "\u1e37", 295: "IJ", 318: " ,.\u00b7\u2019\u00a0", 337: "/:;\\|",
    352: "f", 361: "-", 375: "\u013e", 390: "()[]", 392: "t", 401: "!\u00a1\u00b9\u00b2\u00b3", 411: "r", 460: '"',
    500: "*_`\u2013\u00a7\u00b0\u2020\u2021", 502: "\u25b4\u25b8\u25be\u25c2", 518: "\u201c\u201d", 521: "s", 525: "z",
    531: "?\u00bf", 550: "c", 557: "L", 562: "\u0141", 575: "F", 579: "k", 590: "\u2022", 592: "vxy",
    602: "\u2500\u2502\u2514\u251c", 603: "P", 605: "\u00de", 611: "TY", 612: "o\u00f8\u00f0\u00ab\u00bb", 613: "a",
    615: "e", 630: "\u00df", 632: "E\u03a3", 634: "hnu", 635: "Sbdgpq\u00fe\u0111",
    636: "$0123456789{}\u00a2\u00a3\u00a5\u00b5\u20ac", 656: "K", 684: "AV", 685: "XZ", 686: "B", 695: "R", 698: "C",
    732: "U", 748: "N", 752: "H", 769: "\u25b2\u25bc\u25c6\u25c7", 770: "D", 775: "G\u00d0\u0110", 780: "&",
    787: "OQ\u00d8", 818: "w",
    838: "#+<=>^~\u2212\u00d7\u2265\u00ac\u00b1\u00f7\u2190\u2191\u2192\u2193\u2194\u2248\u2260\u2264", 858: "\u01af",
    863: "M", 873: "\u25cf\u25cb", 913: "\u01a0", 945: "\u25a0\u25a1", 950: "%", 969: "\u00bc\u00bd\u00be",
    974: "m\u00c6", 982: "\u00e6", 989: "W", 1000: "@\u2014\u2026", 1023: "\u0153", 1070: "\u0152", 1342: "\u2030",
}  # fmt: skip
_BOLD = {
    306: "'", 343: "ijl\u0131", 348: " \u00a0", 365: "/\\|", 371: "\u0142", 372: "IJ", 380: ",.\u00b7\u2019", 400: ":;",
    415: "-", 435: "f", 438: "\u00b9\u00b2\u00b3", 456: "!\u00a1", 457: "()[]", 478: "t", 480: "\u013e", 493: "r",
    500: "_`\u2013\u00a7\u00b0\u2020\u2021", 502: "\u25b4\u25b8\u25be\u25c2", 521: '"', 523: "*", 580: "?\u00bf",
    582: "z", 593: "c", 595: "s", 602: "\u2500\u2502\u2514\u251c", 637: "L", 639: "\u2022", 642: "\u0141", 645: "x",
    646: "\u00ab\u00bb", 652: "vy", 657: "\u201c\u201d", 665: "k", 675: "a", 678: "e", 682: "T", 683: "EF\u03a3",
    687: "o\u00f8\u00f0", 696: "$0123456789\u00a2\u00a3\u00a5\u20ac", 712: "hnu{}", 716: "bdgpq\u00fe\u0111",
    719: "\u00df", 720: "S", 724: "Y", 725: "Z", 733: "P", 734: "C", 736: "\u00b5", 738: "\u00de", 762: "B",
    769: "\u25b2\u25bc\u25c6\u25c7", 770: "R", 771: "X", 774: "AV", 775: "K", 812: "U", 821: "G", 830: "D",
    835: "\u01af", 837: "HN",
    838: "#+<=>^~\u2212\u00d7\u2265\u00d0\u0110\u00ac\u00b1\u00f7\u2190\u2191\u2192\u2193\u2194\u2248\u2260\u2264",
    850: "OQ\u00d8", 872: "&", 873: "\u25cf\u25cb", 874: "\u01a0", 924: "w", 945: "\u25a0\u25a1", 995: "M",
    1000: "@\u2014\u2026", 1002: "%", 1035: "\u00bc\u00bd\u00be", 1042: "m", 1048: "\u00e6", 1085: "\u00c6",
    1094: "\u0153", 1103: "W", 1167: "\u0152", 1440: "\u2030",
}  # fmt: skip

_UNKNOWN = 1000
"""Width of a letter that is neither in the tables nor one of theirs with an accent: as wide as any."""


class _Widths(dict[str, int]):
    """The widths of a table; an accented letter is as wide as its base letter, a combining accent takes no room."""

    def __missing__(self, letter: str) -> int:
        base, *accents = unicodedata.decomposition(letter).split() or [""]
        if unicodedata.combining(letter):
            width = 0
        elif accents and not base.startswith("<"):  # a tag: another form of a letter and no accented one
            width = self[chr(int(base, 16))]
        else:
            width = _UNKNOWN
        self[letter] = width
        return width


_WIDTHS = [
    _Widths({letter: width for width, letters in table.items() for letter in letters}) for table in (_REGULAR, _BOLD)
]

_TAG = re.compile(r"<(/?)(\w+)[^>]*>")

LINE = 1.3
"""Height of a line per font size, as plotly draws it."""

ELLIPSIS = "\u2026"


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of the widest line in the unit of ``size``; ``<b>`` counts as bold, other tags as nothing.

    >>> text_width("mm<br>m", 10)
    19.48
    """
    widest, line, at = 0.0, 0.0, 0
    depth = int(bold)
    for tag in _TAG.finditer(text):
        line += _plain(text[at : tag.start()], bold=depth > 0)
        at = tag.end()
        closing, name = tag.groups()
        if name == "br":
            widest, line = max(widest, line), 0.0
        elif name == "b":
            depth += -1 if closing else 1
    line += _plain(text[at:], bold=depth > 0)
    return max(widest, line) * size / 1000


def _plain(text: str, *, bold: bool) -> float:
    widths = _WIDTHS[bold]
    return float(sum(widths[letter] for letter in text.replace("&amp;", "&")))


def wrap(text: str, size: float, room: float, *, bold: bool = False) -> list[str]:
    """The words of a plain text in lines of at most ``room``; a single word may exceed it. "28 %" counts as one."""
    lines = [""]
    for word in text.replace(" %", "\u00a0%").split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size, bold=bold) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def balanced(text: str, size: float, room: float, *, bold: bool = False) -> list[str]:
    """As few lines as `wrap`, of widths as even as can be: a last line of one word reads as a mistake."""
    lines = wrap(text, size, room, bold=bold)
    narrowest = room
    while len(lines) > 1:
        narrowest -= size
        tighter = wrap(text, size, narrowest, bold=bold)
        if len(tighter) > len(lines) or _widest(tighter, size, bold=bold) > narrowest:
            break
        lines = tighter
    return lines


def fit(
    text: str, sizes: Sequence[float], room: float, most: int, *, bold: bool = False, even: bool = True
) -> tuple[float, list[str]]:
    """Size and lines of a plain text: the fewest lines, up to ``most``, that any size allows, and its largest size.

    Lines are as even as can be, or each as full as can be. Where even the smallest size needs more lines the text is
    cut.
    """
    broken = balanced if even else wrap
    for count in range(1, most + 1):
        for size in sizes:
            lines = broken(text, size, room, bold=bold)
            if len(lines) <= count and _widest(lines, size, bold=bold) <= room:
                return size, lines
    lines = wrap(text, sizes[-1], room, bold=bold)[:most]
    return sizes[-1], [*lines[:-1], shorten(f"{lines[-1]} {ELLIPSIS}", sizes[-1], room, bold=bold)]


def shorten(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """A plain text cut, with an ellipsis, to at most ``room``."""
    if text_width(text, size, bold=bold) <= room:
        return text
    kept = text.rstrip(ELLIPSIS).rstrip()
    while kept and text_width(kept + ELLIPSIS, size, bold=bold) > room:
        kept = kept[:-1].rstrip()
    return kept + ELLIPSIS


def listed(items: Sequence[str], accept: Callable[[str], bool]) -> str:
    """As many of the items as are accepted together, in one list that says how many it leaves out."""
    for kept in range(len(items), 0, -1):
        rest = len(items) - kept
        text = ", ".join(items[:kept]) + (f" and {rest} more" if rest else "")
        if accept(text):
            return text
    return f"{len(items)} in all" if items else ""


def _widest(lines: Sequence[str], size: float, *, bold: bool) -> float:
    return max(text_width(line, size, bold=bold) for line in lines)
