"""How far one market's numbers depend on the choices behind them, in three short lines (docs/method.md, section 7)."""

from dataclasses import dataclass

from dashboard.formats import format_signed_percent
from dashboard.style import MINUS_SIGN
from deviation.headline import format_minutes
from deviation.markets import Market
from deviation.question import Group, Rules
from deviation.ranks import RankWord
from deviation.sensitivity import MarketSensitivity, Sensitivity, ValueRange, Verdict

LINE_NAMES = ("Range", "Flips", "Moved most")
"""The lines, in their order; they stand there before what they say is known."""

MAX_LINE_CHARS = 48
"""Letters for which a line has room; what is longer is counted and told in full below."""


@dataclass(frozen=True, slots=True)
class SensitivityTexts:
    """What each of `LINE_NAMES` says, and every setting that flips a rank, in full."""

    lines: tuple[str, str, str]
    flips: tuple[str, ...]


def format_sensitivity(sensitivity: Sensitivity, market: Market, group: Group) -> SensitivityTexts | None:
    """The lines of a market against a group; None where it was not measured."""
    market_range = next(
        (
            market_range
            for market_range in sensitivity.ranges
            if market_range.market == market and market_range.group is group
        ),
        None,
    )
    if market_range is None:
        return None
    rules = sensitivity.question.rules
    return SensitivityTexts(
        (
            _format_spread(market_range, sensitivity.runs),
            _format_flips(market_range, sensitivity.runs, rules),
            _format_removal(market_range, rules),
        ),
        tuple(_list_flips(market_range, rules)),
    )


def _format_spread(market_range: MarketSensitivity, runs: int) -> str:
    if market_range.depth.least is None or market_range.depth.most is None:
        return f"no firm minute in any of {runs} runs"
    not_firm_note = f"; {len(market_range.not_firm)} of {runs} runs not firm" if market_range.not_firm else ""
    return f"{_format_depths(market_range.depth)} deep, {_format_minutes(market_range.below_min)} below{not_firm_note}"


def _format_depths(spread: ValueRange) -> str:
    least, most = (format_signed_percent(end.value) if end else "" for end in (spread.least, spread.most))
    if least == most:
        return most
    # "-68 to -74 %": the unit is said once where both ends are on one side.
    same_sign = least[:1] == most[:1] == MINUS_SIGN
    return f"{least.removesuffix('%').rstrip() if same_sign else least} to {most}"


def _format_minutes(spread: ValueRange) -> str:
    least, most = (format_minutes(end.value) if end else "" for end in (spread.least, spread.most))
    return f"{most} min" if least == most else f"{least} to {most} min"


def _format_flips(market_range: MarketSensitivity, runs: int, rules: Rules) -> str:
    """What changes the words on depth and time, by the first setting that does, or how many do."""
    verdicts = [
        (measure, verdict_or_none)
        for measure, verdict_or_none in (("depth", market_range.deepest), ("time", market_range.longest))
        if verdict_or_none is not None
    ]
    if not verdicts or all(verdict.word is RankWord.NOT_RANKED and not verdict.flips for _, verdict in verdicts):
        return "no rank to flip"
    flipped = [(measure, verdict) for measure, verdict in verdicts if verdict.flips]
    if not flipped:
        return f"no rank, in {runs} runs"
    texts = [_format_flip(measure, verdict, rules) for measure, verdict in flipped]
    joined = "; ".join(texts)
    if len(joined) <= MAX_LINE_CHARS:
        return joined
    counts = ", ".join(f"{measure} in {len(verdict.flips)}" for measure, verdict in flipped)
    return f"{counts} of {runs} runs"


def _format_flip(measure: str, verdict: Verdict, rules: Rules) -> str:
    first, *rest = verdict.flips
    more_text = f" and {len(rest)} more" if rest else ""
    return f"{measure}: {first.word} {_format_setting(first.setting.describe(rules))}{more_text}"


def _format_setting(setting: str) -> str:
    return setting if setting.startswith("without ") else f"under {setting}"


def _list_flips(market_range: MarketSensitivity, rules: Rules) -> list[str]:
    verdicts = [
        (measure, verdict_or_none)
        for measure, verdict_or_none in (("depth", market_range.deepest), ("time", market_range.longest))
        if verdict_or_none is not None
    ]
    return [
        f"{measure}, at the defaults {verdict.word}: {flip.word} {_format_setting(flip.setting.describe(rules))}"
        for measure, verdict in verdicts
        for flip in verdict.flips
    ]


def _format_removal(market_range: MarketSensitivity, rules: Rules) -> str:
    if market_range.removal is None:
        return "no single exchange moves the depth"
    depth_text = (
        "no firm minute is left"
        if market_range.removal.depth is None
        else format_signed_percent(market_range.removal.depth)
    )
    return f"without {rules.name_of(market_range.removal.venue)}: {depth_text}"
