"""A row's quote at the price of its own exchange (docs/method.md, section 5, `own_rate`)."""

from dataclasses import dataclass

from data.schema import parse_quote
from deviation.minute.fx import FxRates, LastCloses
from deviation.minute.grid import Floats
from deviation.minute.markets import Market
from deviation.question import CARRY_MIN, Group, Question, QuoteHandling


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
    price = LastCloses(bars, question).carry(question.timeframe.count_bars(CARRY_MIN))
    if bars.symbol == f"{money}/{quote}":
        price = 1 / price
    elif parse_quote(bars.symbol) != money:
        own_money, group_money = fx.get_rate(parse_quote(bars.symbol)), fx.get_rate(money)
        price = price * own_money.mid / group_money.mid
    return OwnPrice(bars.symbol, price)
