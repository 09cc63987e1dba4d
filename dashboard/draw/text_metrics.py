"""Widths of text in DejaVu Sans, and lines broken and fitted by them before anything is drawn.

The tables hold advance widths in thousandths of the font size. Text may have the few HTML tags that plotly draws, which
have no width.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence

_REGULAR_WIDTHS = {
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
    863: "M", 873: "\u25cf\u25cb", 896: "\u2605", 913: "\u01a0", 945: "\u25a0\u25a1", 950: "%",
    969: "\u00bc\u00bd\u00be", 974: "m\u00c6", 982: "\u00e6", 989: "W", 1000: "@\u2014\u2026", 1023: "\u0153",
    1070: "\u0152", 1342: "\u2030",
}  # fmt: skip
_BOLD_WIDTHS = {
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
    850: "OQ\u00d8", 872: "&", 873: "\u25cf\u25cb", 874: "\u01a0", 896: "\u2605", 924: "w", 945: "\u25a0\u25a1",
    995: "M", 1000: "@\u2014\u2026", 1002: "%", 1035: "\u00bc\u00bd\u00be", 1042: "m", 1048: "\u00e6", 1085: "\u00c6",
    1094: "\u0153", 1103: "W", 1167: "\u0152", 1440: "\u2030",
}  # fmt: skip

_UNKNOWN_WIDTH = 1000
"""Width of a character that is neither in the tables nor an accented form of one that is."""


class _Widths(dict[str, int]):
    """The widths of a table; an accented letter has that of its base letter, a combining accent has none."""

    def __missing__(self, letter: str) -> int:
        base, *accents = unicodedata.decomposition(letter).split() or [""]
        if unicodedata.combining(letter):
            width = 0
        elif accents and not base.startswith("<"):  # "<...>" marks compatibility forms, not accents
            width = self[chr(int(base, 16))]
        else:
            width = _UNKNOWN_WIDTH
        self[letter] = width
        return width


_WIDTHS = [
    _Widths({letter: width for width, letters in table.items() for letter in letters})
    for table in (_REGULAR_WIDTHS, _BOLD_WIDTHS)
]

_TAG_PATTERN = re.compile(r"<(/?)(\w+)[^>]*>")

LINE_HEIGHT = 1.3
"""Height of a line relative to the font size, as plotly draws it."""

ELLIPSIS = "\u2026"


def escape_markup(text: str) -> str:
    """A text from outside, whose tags and entities are drawn as they are written.

    >>> escape_markup('<a href="x">&amp;</a>')
    '&lt;a href="x"&gt;&amp;amp;&lt;/a&gt;'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def measure_text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of the widest line in the unit of ``size``; text in ``<b>`` is bold, other tags have no effect.

    >>> measure_text_width("mm<br>m", 10)
    19.48
    """
    widest, line_width, position = 0.0, 0.0, 0
    depth = int(bold)
    for tag in _TAG_PATTERN.finditer(text):
        line_width += _measure_plain_text(text[position : tag.start()], bold=depth > 0)
        position = tag.end()
        closing, name = tag.groups()
        if name == "br":
            widest, line_width = max(widest, line_width), 0.0
        elif name == "b":
            depth += -1 if closing else 1
    line_width += _measure_plain_text(text[position:], bold=depth > 0)
    return max(widest, line_width) * size / 1000


def _measure_plain_text(text: str, *, bold: bool) -> float:
    widths = _WIDTHS[bold]
    return float(sum(widths[letter] for letter in text.replace("&amp;", "&")))


def wrap_text(text: str, size: float, max_width: float, *, bold: bool = False) -> list[str]:
    """Lines of at most ``max_width``; a single word may exceed it, and a number is one word with its "%"."""
    lines = [""]
    for word in text.replace(" %", "\u00a0%").split(" "):
        candidate = f"{lines[-1]} {word}".strip()
        if lines[-1] and measure_text_width(candidate, size, bold=bold) > max_width:
            lines.append(word)
        else:
            lines[-1] = candidate
    return lines


def balance_lines(text: str, size: float, max_width: float, *, bold: bool = False) -> list[str]:
    """As many lines as `wrap_text` makes, of widths as even as possible, which avoids a last line of one word."""
    lines = wrap_text(text, size, max_width, bold=bold)
    width = max_width
    while len(lines) > 1:
        width -= size
        narrower_lines = wrap_text(text, size, width, bold=bold)
        if len(narrower_lines) > len(lines) or _measure_widest(narrower_lines, size, bold=bold) > width:
            break
        lines = narrower_lines
    return lines


def fit_text(
    text: str, sizes: Sequence[float], max_width: float, max_lines: int, *, bold: bool = False, balance: bool = True
) -> tuple[float, list[str]]:
    """Font size and lines of a plain text: the fewest lines that any size allows, in the largest size that does.

    With ``balance`` the lines are of similar width, else each is filled. A text that needs more than ``max_lines`` in
    the smallest size is cut.
    """
    break_lines = balance_lines if balance else wrap_text
    for count in range(1, max_lines + 1):
        for size in sizes:
            lines = break_lines(text, size, max_width, bold=bold)
            if len(lines) <= count and _measure_widest(lines, size, bold=bold) <= max_width:
                return size, lines
    lines = wrap_text(text, sizes[-1], max_width, bold=bold)[:max_lines]
    return sizes[-1], [*lines[:-1], shorten_text(f"{lines[-1]} {ELLIPSIS}", sizes[-1], max_width, bold=bold)]


def shorten_text(text: str, size: float, max_width: float, *, bold: bool = False) -> str:
    """A plain text, cut with an ellipsis where it is wider than ``max_width``."""
    if measure_text_width(text, size, bold=bold) <= max_width:
        return text
    prefix = text.rstrip(ELLIPSIS).rstrip()
    while prefix and measure_text_width(prefix + ELLIPSIS, size, bold=bold) > max_width:
        prefix = prefix[:-1].rstrip()
    return prefix + ELLIPSIS


def join_items(items: Sequence[str], is_accepted: Callable[[str], bool]) -> str:
    """The longest accepted list of the first items and the number of the others; only their number if none is."""
    for count in range(len(items), 0, -1):
        omitted = len(items) - count
        text = ", ".join(items[:count]) + (f" and {omitted} more" if omitted else "")
        if is_accepted(text):
            return text
    return f"{len(items)} in all" if items else ""


def _measure_widest(lines: Sequence[str], size: float, *, bold: bool) -> float:
    return max(measure_text_width(line, size, bold=bold) for line in lines)
