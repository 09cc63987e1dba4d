"""The lanes of an order log, for page and sheet: bars of counts per minute by class, and the refusal rate."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from dashboard.draw.traces import BUCKET_COUNT, Trace
from dashboard.state.view import Theme
from dashboard.text.orders import CLASS_LABELS
from deviation.minute.grid import Floats
from evidence.orders.rates import add_rates
from evidence.orders.schema import OrderClass

CLASS_COLOURS = {
    Theme.LIGHT: {
        OrderClass.TRANSPORT: "#b3541e",
        OrderClass.MATCHING_RISK: "#7a3e9d",
        OrderClass.RATE_LIMIT: "#1f7a6d",
        OrderClass.ACCEPTED: "#59636e",
        OrderClass.UNKNOWN: "#8a6d1f",
    },
    Theme.DARK: {
        OrderClass.TRANSPORT: "#e08b55",
        OrderClass.MATCHING_RISK: "#b98ad6",
        OrderClass.RATE_LIMIT: "#58b5a6",
        OrderClass.ACCEPTED: "#a7b1bb",
        OrderClass.UNKNOWN: "#c9a94e",
    },
}
"""The colours of the classes; each lane has its name beside it, so that colour is never the only cue."""

MINUTE_MS = 60_000.0


@dataclass(frozen=True, slots=True)
class Lane:
    """The counts of one class.

    Attributes:
        order_class: the class.
        total: its events in the window.
        starts: the start of each bar, in milliseconds since the epoch.
        counts: the events of the busiest minute of each bar, at least 1.
    """

    order_class: OrderClass
    total: int
    starts: Floats
    counts: Floats

    @property
    def highest(self) -> int:
        """The count of the busiest minute."""
        return int(self.counts.max())

    @property
    def label(self) -> str:
        """The name of the class, and its number of events."""
        return f"{CLASS_LABELS[self.order_class]}: {self.total:,}"


@dataclass(frozen=True, slots=True)
class OrderLanes:
    """The lanes with events, and the refusal rate.

    Attributes:
        lanes: in the order of `OrderClass`.
        bar_ms: the length of a bar: a minute, or several in a long window.
        rates: ``minute`` (the start of a bar), ``attempted``, ``refused``, ``rate``, ``low``, ``high``; of bars with an
            attempt.
    """

    lanes: tuple[Lane, ...]
    bar_ms: float
    rates: pl.DataFrame

    @property
    def bar_minutes(self) -> int:
        """The minutes of a bar."""
        return round(self.bar_ms / MINUTE_MS)

    @property
    def count_title(self) -> str:
        """What the bars of the lanes are."""
        if self.bar_minutes == 1:
            return "Orders per minute, by the class of the answer"
        return f"Orders in the busiest minute of each {self.bar_minutes}, by the class of the answer"

    @property
    def rate_title(self) -> str:
        """What the line below the lanes is."""
        length = "minute" if self.bar_minutes == 1 else f"{self.bar_minutes} minutes"
        return f"Refusal rate per {length}: refused / attempted; band: 95% Wilson interval"


def build_lanes(minutes: pl.DataFrame, start: datetime, end: datetime) -> OrderLanes:
    """The lanes of a window.

    Args:
        minutes: `evidence.orders.rates.count_minutes` of the window's events.
        start: the first instant of the window.
        end: the instant after its last one.
    """
    size = -(-int((end - start) / timedelta(minutes=1)) // BUCKET_COUNT) or 1
    classes = [order_class.value for order_class in OrderClass]
    bar = (pl.col("minute") - start.astimezone(UTC)).dt.total_minutes() // size
    grouped = (
        minutes.with_columns(bar=bar)
        .group_by("bar", maintain_order=True)
        .agg(
            pl.col("attempted", "refused").sum(),
            *(pl.col(name).max() for name in classes),
            *(pl.col(name).sum().alias(f"{name} total") for name in classes),
        )
        .with_columns(minute=pl.lit(start.astimezone(UTC)) + pl.duration(minutes=pl.col("bar") * size))
    )
    starts = grouped["minute"].dt.epoch("ms").cast(pl.Float64).to_numpy()
    lanes = []
    for order_class in OrderClass:
        counts = grouped[order_class.value].cast(pl.Float64).to_numpy()
        if counts.size and counts.max() > 0:
            total = int(grouped[f"{order_class.value} total"].sum())
            lanes.append(Lane(order_class, total, starts[counts > 0], counts[counts > 0]))
    rates = add_rates(grouped.select("minute", "attempted", "refused")).filter(pl.col("attempted") > 0)
    return OrderLanes(tuple(lanes), size * MINUTE_MS, rates)


def build_bar_trace(lane: Lane, bar_ms: float, theme: Theme) -> Trace:
    """The bars of a lane, each as long as its minutes, from 0 to its count."""
    low, high = lane.starts, lane.starts + bar_ms
    gap, zero = np.full(low.size, np.nan), np.zeros(low.size)
    return {
        "x": np.column_stack([low, low, high, high, low, gap]).ravel(),
        "y": np.column_stack([zero, lane.counts, lane.counts, zero, zero, gap]).ravel().astype(np.float32),
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": CLASS_COLOURS[theme][lane.order_class],
        "hoverinfo": "skip",
        "name": CLASS_LABELS[lane.order_class],
    }


def build_rate_traces(lanes: OrderLanes, colour: str, band: str) -> list[Trace]:
    """The interval of each bar as a block, and its rate as a level line, in per cent."""
    starts = lanes.rates["minute"].dt.epoch("ms").cast(pl.Float64).to_numpy()
    ends, gap = starts + lanes.bar_ms, np.full(starts.size, np.nan)
    rate, low, high = (100 * lanes.rates[name].to_numpy() for name in ("rate", "low", "high"))
    return [
        {
            "x": np.column_stack([starts, starts, ends, ends, starts, gap]).ravel(),
            "y": np.column_stack([low, high, high, low, low, gap]).ravel().astype(np.float32),
            "mode": "lines",
            "line": {"width": 0},
            "fill": "toself",
            "fillcolor": band,
            "opacity": 0.55,
            "hoverinfo": "skip",
            "name": "95% interval",
        },
        {
            "x": np.column_stack([starts, ends, gap]).ravel(),
            "y": np.column_stack([rate, rate, gap]).ravel().astype(np.float32),
            "mode": "lines",
            "line": {"color": colour, "width": 2},
            "hoverinfo": "skip",
            "name": "refusal rate",
        },
    ]
