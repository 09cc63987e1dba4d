"""The chart of a scan: leads, their bins, the axis, and names that cover nothing."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts.market.chart import LeadChart, build_lead_chart
from dashboard.charts.market.figure import PLOT_HEIGHT, ROW_HEIGHT, build_lead_figure
from dashboard.charts.market.gaps import AssetGap, compute_lead, count_bins, select_gaps
from dashboard.charts.market.labels import DOT_RADIUS, arrange_names
from dashboard.charts.market.scale import build_lead_scale, compute_position
from dashboard.charts.market.wording import format_bin, format_lead
from dashboard.state.view import GapKind, PeerChoice, ViewState, build_default_view
from data.catalogue import load_catalogue
from deviation.side import Side
from tests.data.scan_frames import SCAN_END, SCAN_START, build_scan

CATALOGUE = load_catalogue()
VIEW = replace(build_default_view(CATALOGUE), start=SCAN_START, end=SCAN_END)

SCAN = build_scan(
    {
        "ATOM": {"binance": 0.75, "okx": 1.0, "mexc": 0.9},
        "DOGE": {"binance": 1.0, "okx": 0.96, "gate": 1.2},
        "IOTX": {"binance": 0.001, "okx": 0.1, "gate": 0.12},
        "LINK": {"binance": 2.0, "okx": 2.0, "gate": 2.5},
        "NEAR": {"okx": 1.0, "gate": 1.1},
    },
    aligned={"ATOM": {"binance": -0.02}, "IOTX": {"binance": -0.5}},
)


def select(**changes: object) -> dict[str, float]:
    """The leads of a view by asset, in their order."""
    view: ViewState = replace(VIEW, **changes)  # type: ignore[arg-type]
    return {gap.asset: round(gap.lead, 4) for gap in select_gaps(SCAN.rows, view)}


def build_chart(leads: list[float], **changes: object) -> LeadChart:
    """A chart of invented leads, the largest first."""
    view: ViewState = replace(VIEW, **changes)  # type: ignore[arg-type]
    gaps = [AssetGap(f"A{number}", 0.0, lead) for number, lead in enumerate(sorted(leads, reverse=True))]
    return LeadChart(gaps=gaps, view=view, focus_name="Binance", colour="#111111", names={})


def test_leads_of_one_exchange_over_all_others() -> None:
    """0.75 is a sixth below 0.9; where another is lower, 0.96 is 4% below 1; a tie is 0; NEAR is not on Binance."""
    assert select() == {"IOTX": 0.99, "ATOM": 0.1667, "LINK": 0.0, "DOGE": -0.04}


def test_leads_over_the_five_and_of_another_exchange() -> None:
    """MEXC is none of the five, so ATOM is a quarter below OKX alone; OKX itself is a tenth below Gate on NEAR."""
    assert select(peers=PeerChoice.FIVE)["ATOM"] == 0.25
    assert select(focus="okx") == {"NEAR": 0.0909, "DOGE": 0.04, "LINK": 0.0, "ATOM": -0.25, "IOTX": -0.99}


def test_leads_of_one_minute() -> None:
    """The close is compared; where it was not the lowest the lead is 0."""
    assert select(gap=GapKind.ALIGNED) == {"IOTX": 0.5, "ATOM": 0.02, "DOGE": 0.0, "LINK": 0.0}


@given(st.floats(-0.999, 1000), st.sampled_from(Side))
def test_a_lead_has_the_sign_of_the_side_and_a_size_of_the_same_unit(gap: float, side: Side) -> None:
    """Whoever is lower (higher), the size is the distance from the other's price, never more than all of it below."""
    lead = compute_lead(gap, side)
    assert (lead >= 0) == (side.sign * gap >= 0)
    own, other = 1 + gap, 1.0
    extreme, further = (own, other) if lead >= 0 else (other, own)
    assert extreme == pytest.approx(further * (1 + side.sign * abs(lead)))


def test_a_size_at_an_edge_is_in_the_bin_above_it() -> None:
    """Bins run from the largest lead of another exchange to the largest of the exchange; a tie is no lead."""
    leads = {"A": 0.1, "B": 0.0999, "C": 0.7, "D": 0.0, "E": -0.01}
    bins = count_bins([AssetGap(asset, 0.0, lead) for asset, lead in leads.items()])
    filled = [(item.is_lead, item.least, item.most, item.assets) for item in bins if item.assets]
    assert filled == [
        (False, 0.01, 0.02, ("E",)),
        (False, 0.0, 0.01, ("D",)),
        (True, 0.05, 0.1, ("B",)),
        (True, 0.1, 0.2, ("A",)),
        (True, 0.5, None, ("C",)),
    ]


def test_the_axis_reaches_round_sizes_on_both_sides() -> None:
    """At least 10% on the exchange's own side, and no further than needed on the other."""
    scale = build_lead_scale([0.03, -0.3])
    assert (scale.own_edge, scale.other_edge) == (0.1, 0.5)
    assert [text for _, text in scale.list_ticks(400)] == [
        *("50%", "20%", "10%", "5%", "2%", "1%", "0", "1%", "2%", "5%", "10%"),
    ]
    assert build_lead_scale([12.0]).own_edge == 20.0


def test_crowded_ticks_are_powers_of_ten() -> None:
    """On an axis that reaches thousands of per cent there is no room for 2 and 5."""
    ticks = [text for _, text in build_lead_scale([40.0, -30.0]).list_ticks(200)]
    assert ticks == ["1,000%", "100%", "10%", "1%", "0", "1%", "10%", "100%", "1,000%"]


@given(st.lists(st.floats(-0.99, 0.99), min_size=1, max_size=300))
def test_names_cover_neither_dots_nor_each_other(leads: list[float]) -> None:
    """Rows lie one after the other; right of a row's names no dot reaches into it; each asset is named once."""
    chart = build_chart(leads)
    rows = chart.arrange_names(PLOT_HEIGHT, ROW_HEIGHT)
    low, high = chart.scale.range
    depths = [PLOT_HEIGHT / (high - low) * compute_position(gap.lead) for gap in chart.gaps]
    middles = [row.depth for row in rows]
    assert all(first - second >= ROW_HEIGHT - 1e-6 for first, second in pairwise(middles))
    for row in rows:
        row_start = row.depth - ROW_HEIGHT / 2
        assert all(depth <= row_start - DOT_RADIUS for depth in depths[row.last_rank + 1 :])
    ranks = [rank for row in rows for rank in row.ranks]
    assert ranks == list(range(len(ranks)))


def test_small_leads_have_no_name() -> None:
    """From 2% on."""
    (row,) = arrange_names([0.3, 0.019], [100.0, 20.0], 120.0, 16.0)
    assert (row.ranks, row.last_rank, row.depth) == (range(1), 0, 100.0)


def test_the_figure_has_a_dot_per_asset_and_a_bar_per_bin() -> None:
    """Leads point down for lows and up for highs; only the basic kinds of traces are used."""
    chart = build_lead_chart(SCAN, select_gaps(SCAN.rows, VIEW), VIEW, CATALOGUE)
    figure = build_lead_figure(chart)
    dots, bars = figure["data"]
    assert (dots["type"], bars["type"]) == ("scatter", "bar")
    assert [y < 0 for y in dots["y"]] == [True, True, False, False]
    assert dots["customdata"] == [
        "IOTX: 99% below OKX",
        "ATOM: 17% below MEXC",
        "LINK: level with OKX",
        "DOGE: OKX 4.0% below Binance",
    ]
    assert sum(bars["x"]) == 4
    assert dots["marker"]["color"][0] == bars["marker"]["color"][-1] != dots["marker"]["color"][3]
    above = build_lead_figure(build_chart([0.5, -0.2], side=Side.ABOVE))
    assert above["data"][0]["y"][0] > 0 > above["data"][0]["y"][1]


def test_names_stand_right_of_their_dots() -> None:
    """The two largest of a row are named, and the others counted."""
    figure = build_lead_figure(build_chart([0.9, 0.89, 0.88, *[-0.1] * 97]))
    (name,) = [note for note in figure["layout"]["annotations"] if note["text"].startswith("A0")]
    assert (name["text"], name["x"], name["xshift"] > 0) == ("A0 90%, A1 89% +1", 2, True)


@pytest.mark.parametrize(
    ("view", "gap", "text"),
    [
        (VIEW, AssetGap("X", -0.3, 0.3, None), "X: 30% below each of the others"),
        (VIEW, AssetGap("X", 0.1, -0.09, None), "X: another exchange 9.0% below Binance"),
        (replace(VIEW, side=Side.ABOVE), AssetGap("X", 0.3, 0.3, "okx"), "X: 30% above OKX"),
        (replace(VIEW, gap=GapKind.ALIGNED), AssetGap("X", -0.3, 0.3), "X: 30% below every other close"),
        (replace(VIEW, gap=GapKind.ALIGNED), AssetGap("X", 0.0, 0.0), "X: not the lowest close"),
    ],
)
def test_hover_texts_of_dots(view: ViewState, gap: AssetGap, text: str) -> None:
    """They say who is below whom, by how much."""
    assert format_lead(gap, view, "Binance", {"okx": "OKX"}) == text


def test_hover_texts_of_bars_name_some_assets() -> None:
    """Twelve at most."""
    gaps = [AssetGap(f"A{number}", 0.0, 0.3) for number in range(14)]
    (item,) = [item for item in count_bins(gaps) if item.assets]
    names = ", ".join(f"A{number}" for number in range(12))
    assert format_bin(item, VIEW, "Binance") == f"14 assets, Binance below by 20% to 50%: {names} and 2 more"
