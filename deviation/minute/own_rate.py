"""A row's quote at the price of its own exchange (docs/method.md, section 5, `own_rate`)."""

from dataclasses import dataclass

import numpy as np

from data.schema import parse_quote
from deviation.minute.fx import FxRates
from deviation.minute.grid import Floats, MarketBars
from deviation.minute.markets import Market
from deviation.minute.states import find_last, reaches_floor
from deviation.question import CARRY_MIN, LEG_FLOOR_USD, Group, Question, QuoteHandling


@dataclass(frozen=True, slots=True)
class OwnPrice:
    """What one unit of a row's quote costs in a group's money on the row's own family, minute by minute of the axis.

    ``symbol`` is the market that says so; ``price`` is NaN where it was silent for more than five minutes, or where a
    rate that it needs is missing.
    """

    symbol: str
    price: Floats


def find_own_price(market: Market, group: Group, question: Question, fx: FxRates) -> OwnPrice | None:
    """The price of a row's quote; None against its own group, with ``as-is``, and where no market gives one."""
    if group == market.group or question.parameters.quote is QuoteHandling.AS_IS:
        return None
    quote, money = market.quote, group.upper()
    bars = fx.find_market(market.venue, (f"{quote}/{money}", f"{money}/{quote}", f"{quote}/USD", f"{quote}/USDT"))
    if bars is None:
        return None
    price = _carry_closes(bars, question)
    if bars.symbol == f"{money}/{quote}":
        price = 1 / price
    elif parse_quote(bars.symbol) != money:
        own_money, group_money = fx.get_rate(parse_quote(bars.symbol)), fx.get_rate(money)
        price = price * own_money.mid / group_money.mid
    return OwnPrice(bars.symbol, price)


def _carry_closes(bars: MarketBars, question: Question) -> Floats:
    """The last close that reached the default floor, for five minutes."""
    floor = question.rules.convert_floor(LEG_FLOOR_USD, parse_quote(bars.symbol))
    last = find_last(reaches_floor(bars, floor))
    is_fresh = (last >= 0) & (np.arange(last.size) - last <= question.timeframe.count_bars(CARRY_MIN))
    return np.where(is_fresh, bars.close[last], np.nan)
