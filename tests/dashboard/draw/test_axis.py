import numpy as np
import pytest

from dashboard.draw.axis import DEPTH_TICKS, Scale, build_log_scale, build_price_scale, list_minute_ticks

DECADE_TICKS = [(1.0, "1"), (10.0, "10"), (100.0, "100"), (1000.0, "1000")]


def test_a_log_scale_covers_the_ticks_around_its_values() -> None:
    """For 3 to 40 the axis has the ticks 1, 10 and 100, and 4% of their two decades on either side."""
    scale = build_log_scale([40.0, 3.0], DECADE_TICKS)
    assert scale.ticks == (1.0, 10.0, 100.0)
    assert scale.tick_texts == ("1", "10", "100")
    assert (scale.low, scale.high) == pytest.approx((10**-0.08, 10**2.08))


def test_a_log_scale_of_one_value_ends_at_the_next_tick() -> None:
    """The axis of a single value on a tick ends at the next tick; on the last tick, at twice the value."""
    assert build_log_scale([10.0], DECADE_TICKS).ticks == (10.0, 100.0)
    scale = build_log_scale([1.0], DEPTH_TICKS)
    assert (scale.low, scale.high) == pytest.approx((2**-0.04, 2**1.04))
    assert scale.tick_texts == ("100%",)


@pytest.mark.parametrize("scale", [Scale(-10.0, 30.0), Scale(0.01, 100.0, log=True)])
def test_values_and_fractions_are_inverse(scale: Scale) -> None:
    """The ends are 0 and 1, and `to_value` is the inverse of `to_fraction`, also beyond the ends."""
    assert (scale.to_fraction(scale.low), scale.to_fraction(scale.high)) == pytest.approx((0.0, 1.0))
    for fraction in (-0.5, 0.0, 0.25, 1.0, 1.5):
        assert scale.to_fraction(scale.to_value(fraction)) == pytest.approx(fraction)


def test_ticks_have_no_thousands_separators() -> None:
    """Prices and minutes on an axis are written as in the tables."""
    closes = np.array([19_864.0, 22_150.0])
    assert "22000" in build_price_scale([closes]).tick_texts
    assert (1000, "1000") in list_minute_ticks()


def test_prices_of_millions_are_short() -> None:
    """BTC in won has labels in millions, which fit beside the chart; below a million nothing is shortened."""
    won = build_price_scale([np.array([81_732_000.0, 97_300_000.0])])
    assert won.tick_texts == ("82.5M", "85.0M", "87.5M", "90.0M", "92.5M", "95.0M", "97.5M")
    assert "900000" in build_price_scale([np.array([900_000.0, 1_100_000.0])]).tick_texts
