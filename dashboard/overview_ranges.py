"""How far one market's numbers depend on the choices behind them, in three short lines (docs/method.md, section 7)."""

from dataclasses import dataclass

from dashboard.formats import signed
from dashboard.style import MINUS
from deviation.headline import minutes_text
from deviation.markets import Market
from deviation.question import Group, Rules
from deviation.ranks import Word
from deviation.sensitivity import Range, Sensitivity, Spread, Verdict

NAMES = ("Range", "Flips", "Moved most")
"""The lines, in their order; they stand there before what they say is known."""

ROOM = 48
"""Letters for which a line has room; what is longer is counted and told in full below."""


@dataclass(frozen=True, slots=True)
class Ranges:
    """What each of `NAMES` says, and every setting that flips a rank, in full."""

    lines: tuple[str, str, str]
    flips: tuple[str, ...]


def ranges(found: Sensitivity, market: Market, group: Group) -> Ranges | None:
    """The lines of a market against a group; None where it was not measured."""
    one = next((one for one in found.ranges if one.market == market and one.group is group), None)
    if one is None:
        return None
    rules = found.question.rules
    return Ranges(
        (_spread(one, found.runs), _flips(one, found.runs, rules), _moved(one, rules)), tuple(_every_flip(one, rules))
    )


def _spread(one: Range, runs: int) -> str:
    if one.depth.least is None or one.depth.most is None:
        return f"no firm minute in any of {runs} runs"
    silent = f"; {len(one.not_firm)} of {runs} runs not firm" if one.not_firm else ""
    return f"{_depths(one.depth)} deep, {_minutes(one.below_min)} below{silent}"


def _depths(spread: Spread) -> str:
    least, most = (signed(end.value) if end else "" for end in (spread.least, spread.most))
    if least == most:
        return most
    # "-68 to -74 %": the unit is said once where both ends are on one side.
    same = least[:1] == most[:1] == MINUS
    return f"{least.removesuffix('%').rstrip() if same else least} to {most}"


def _minutes(spread: Spread) -> str:
    least, most = (minutes_text(end.value) if end else "" for end in (spread.least, spread.most))
    return f"{most} min" if least == most else f"{least} to {most} min"


def _flips(one: Range, runs: int, rules: Rules) -> str:
    """What changes the words on depth and time, by the first setting that does, or how many do."""
    known = [(what, v) for what, v in (("depth", one.deepest), ("time", one.longest)) if v is not None]
    if not known or all(verdict.word is Word.NOT_RANKED and not verdict.flips for _, verdict in known):
        return "no rank to flip"
    flipped = [(what, verdict) for what, verdict in known if verdict.flips]
    if not flipped:
        return f"no rank, in {runs} runs"
    texts = [_flip(what, verdict, rules) for what, verdict in flipped]
    both = "; ".join(texts)
    if len(both) <= ROOM:
        return both
    counts = ", ".join(f"{what} in {len(verdict.flips)}" for what, verdict in flipped)
    return f"{counts} of {runs} runs"


def _flip(what: str, verdict: Verdict, rules: Rules) -> str:
    first, *rest = verdict.flips
    more = f" and {len(rest)} more" if rest else ""
    return f"{what}: {first.word} {_under(first.setting.text(rules))}{more}"


def _under(setting: str) -> str:
    return setting if setting.startswith("without ") else f"under {setting}"


def _every_flip(one: Range, rules: Rules) -> list[str]:
    known = [(what, v) for what, v in (("depth", one.deepest), ("time", one.longest)) if v is not None]
    return [
        f"{what}, at the defaults {verdict.word}: {flip.word} {_under(flip.setting.text(rules))}"
        for what, verdict in known
        for flip in verdict.flips
    ]


def _moved(one: Range, rules: Rules) -> str:
    if one.removal is None:
        return "no single exchange moves the depth"
    left = "no firm minute is left" if one.removal.depth is None else signed(one.removal.depth)
    return f"without {rules.name(one.removal.venue)}: {left}"
