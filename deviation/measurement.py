"""The measurement of one asset over a window: its rows, and what holds for all of them."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np

from deviation.cross import Cross, compare_groups
from deviation.market_path import GroupPrices, MarketPath, compute_group_prices, trace_path
from deviation.minute.grid import Axis
from deviation.minute.markets import ExcludedMarket, Market
from deviation.question import USD, USDT, Group, Question, sort_groups
from deviation.ranks import GroupRank, Rank, build_group_ranks
from deviation.result import MarketRow, pick_per_family


@dataclass(frozen=True)
class Measurement:
    """One row per market, by venue and symbol, and what holds for all rows.

    ``fx_assumed`` and ``fx_single`` name the quotes whose rate was assumed, or rested on one leg, in a minute that
    counts; ``absent`` the choices that match no candle. ``origins``: per row, the sources of its candles in the window
    (`data.schema.Origin`).
    """

    question: Question
    axis: Axis
    rows: tuple[MarketRow, ...]
    fx_assumed: tuple[str, ...]
    fx_single: tuple[str, ...]
    absent: tuple[str, ...]
    left_out: tuple[ExcludedMarket, ...]
    origins: dict[Market, tuple[str, ...]]

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups with a row: `usdt` and `usd` first."""
        return sort_groups(row.market.group for row in self.rows)

    @cached_property
    def group_ranks(self) -> dict[Group, GroupRank]:
        """The comparison of each group's spot rows (docs/method.md, section 7)."""
        return build_group_ranks(self.rows, self.question)

    @cached_property
    def ranks(self) -> dict[Market, Rank]:
        """The ranks of every row (section 7)."""
        return {row.market: self.group_ranks[row.market.group].rank(row) for row in self.rows}

    @cached_property
    def cross(self) -> Cross:
        """All exchanges of each group against the other groups (section 7)."""
        return compare_groups(self.rows, self.question)

    @cached_property
    def group_prices(self) -> dict[Group, GroupPrices]:
        """The median returns and prices of each group with a spot row (section 10)."""
        return {group: self._compute_group_prices(group) for group in self.groups if self.select_spot_rows(group)}

    @cached_property
    def paths(self) -> dict[Group, MarketPath]:
        """The path of each group with a spot row (section 10)."""
        return {group: trace_path(prices, self.question.timeframe) for group, prices in self.group_prices.items()}

    def _compute_group_prices(self, group: Group) -> GroupPrices:
        rows, rules = self.select_spot_rows(group), self.question.rules
        chosen = pick_per_family(rows, rules, lambda row: row.state_counts.voting_min).values()
        return compute_group_prices([np.append(row.day_before.vote[-1:], row.minutes.vote) for row in chosen])

    def time_at(self, position: int | None) -> datetime | None:
        """The open time of a position in the window; None stays None."""
        return None if position is None else self.axis.time_at(position)

    def select_rows(self, venue: str) -> tuple[MarketRow, ...]:
        """The rows of a venue."""
        return tuple(row for row in self.rows if row.market.venue == venue)

    def select_spot_rows(self, group: Group) -> tuple[MarketRow, ...]:
        """The spot rows of a group."""
        return tuple(row for row in self.rows if row.is_spot and row.market.group == group)

    @cached_property
    def focus(self) -> str:
        """The venue drawn boldly: that of the question, else the one with the most volume before; "" without a row."""
        if self.question.focus is not None:
            return self.question.focus
        volumes = {row.market.venue: 0.0 for row in self.rows}
        for row in self.rows:
            if row.is_spot:
                volumes[row.market.venue] += row.volume_usd_before
        return max(volumes, key=volumes.__getitem__, default="")

    @cached_property
    def focus_row(self) -> MarketRow | None:
        """The focus venue's row that a headline speaks of (section 9); None without a row.

        Spot before derivatives. With comparable minutes: the one of the largest deviation where one reaches `enter`,
        else that of the most volume before the window. Without: that of the most volume, `usdt` and `usd` first.
        """
        rows = self.select_rows(self.focus)
        rows = tuple(row for row in rows if row.is_spot) or rows
        firm_rows = [row for row in rows if row.own_summary.firm_min]
        if any(row.own_summary.reaches_enter for row in firm_rows):
            return max(firm_rows, key=lambda row: row.own_summary.size)
        if firm_rows:
            return max(firm_rows, key=lambda row: row.volume_usd_before)
        return max(rows, key=lambda row: (row.market.group in {USDT, USD}, row.volume_usd_before), default=None)
