"""The money in which a chart draws prices: dollars, or the quote of the markets that it is about."""

from dataclasses import dataclass

import numpy as np

from dashboard.draw.scene import Scene
from deviation.minute.grid import Floats
from deviation.question import USD, Group, QuoteHandling
from deviation.result import MarketRow


@dataclass(frozen=True, slots=True)
class PriceUnit:
    """Dollars where ``group`` is None, else the quote of that group; ``text`` names it in a title."""

    group: Group | None
    text: str

    def convert(self, row: MarketRow, prices: Floats) -> Floats:
        """Prices of a row, a value per bar of the window, in this money; NaN where no rate is known."""
        if self.group is None:
            return prices * row.dollars
        return prices if row.market.group == self.group else np.full(prices.size, np.nan)

    def convert_at(self, row: MarketRow, position: int, price: float) -> float:
        """One price of a row at a position of the window; NaN where no rate is known."""
        if self.group is None:
            return price * float(row.dollars[position])
        return price if row.market.group == self.group else float("nan")


def choose_price_unit(scene: Scene) -> PriceUnit:
    """Dollars; the quote of the focus row, or without one of the first row, where that has no rate in the window."""
    rows = scene.measurement.rows
    groups = {row.market.group for row in rows}
    first = scene.focus or (rows[0] if rows else None)
    if first is not None and np.isnan(first.dollars).all():
        return PriceUnit(first.market.group, f"in {first.market.quote}")
    if scene.measurement.question.parameters.quote is QuoteHandling.AS_IS and groups != {USD}:
        return PriceUnit(None, "in each market's own quote currency")
    return PriceUnit(None, "in USD")


def format_unit_suffix(scene: Scene, row: MarketRow) -> str:
    """The quote of a row behind one of its prices, " KRW"; "" for dollars.

    It is "", too, for a currency that promises a dollar, in the focus row's own group.
    """
    quote, focus = row.market.quote, scene.focus
    is_stable = quote in scene.measurement.question.rules.stablecoins
    is_plain = is_stable and (focus is None or row.market.group == focus.market.group)
    return "" if row.market.group == USD or is_plain else f" {quote}"
