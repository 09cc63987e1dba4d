from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dashboard.draw.label_layout import NO_POINTS, Box, compute_leader, interpolate_line, place_callout, spread_labels

LABELS = st.lists(st.tuples(st.floats(-50, 450), st.floats(1, 30)), max_size=12)


@given(LABELS)
def test_spread_labels_never_overlap(labels: list[tuple[float, float]]) -> None:
    """Labels keep their order and never overlap, and lie within the limits where they fit in."""
    targets, sizes = [target for target, _ in labels], [size for _, size in labels]
    centres = spread_labels(targets, sizes, 0.0, 400.0)
    order = sorted(range(len(labels)), key=lambda i: targets[i])
    for first, second in pairwise(order):
        assert centres[first] + sizes[first] / 2 <= centres[second] - sizes[second] / 2 + 1e-6
    if sum(sizes) <= 400:
        for centre, size in zip(centres, sizes, strict=True):
            assert size / 2 - 1e-6 <= centre <= 400 - size / 2 + 1e-6


def test_labels_that_do_not_overlap_stay_at_their_targets() -> None:
    """A label that overlaps no other is not moved."""
    assert spread_labels([100.0, 20.0], [10.0, 10.0], 0.0, 200.0) == [100.0, 20.0]


def test_two_labels_move_by_equal_amounts() -> None:
    """Two labels with one target move apart by equal amounts."""
    assert spread_labels([50.0, 50.0], [10.0, 10.0], 0.0, 100.0) == [45.0, 55.0]


def test_a_callout_avoids_drawn_points() -> None:
    """With drawn points on the right, the callout lies on the left."""
    drawn_points = np.array([[x, 50.0] for x in range(55, 150)])
    box = place_callout((50.0, 50.0), (30.0, 10.0), Box(0, 0, 200, 100), [], drawn_points)
    assert box is not None
    assert box.right < 50


@given(st.floats(0, 100), st.floats(0, 100), st.lists(st.tuples(st.floats(0, 90), st.floats(0, 90)), max_size=6))
def test_a_callout_is_free_and_inside(x: float, y: float, corners: list[tuple[float, float]]) -> None:
    """A callout overlaps nothing occupied and lies within its bounds, unless there is none."""
    bounds = Box(0, 0, 100, 100)
    occupied = [Box(left, top, left + 10, top + 10) for left, top in corners]
    box = place_callout((x, y), (20.0, 8.0), bounds, occupied, NO_POINTS)
    if box is not None:
        assert bounds.contains(box)
        assert not any(box.overlaps(other) for other in occupied)


def test_a_callout_wider_than_its_bounds_is_not_placed() -> None:
    """There is no place for a callout that is wider than its bounds."""
    assert place_callout((5.0, 5.0), (200.0, 10.0), Box(0, 0, 100, 100), [], NO_POINTS) is None


def test_a_leader_crosses_no_other_label() -> None:
    """A callout whose leader would cross another label lies elsewhere, unless there is no other place."""
    other_box, bounds = Box(60, 0, 70, 100), Box(0, 0, 200, 100)
    anchor, drawn_points = (50.0, 50.0), np.array([[x, y] for x in range(48) for y in range(100)], dtype=np.float64)
    # Points cover everything on the left; on the right it is free, but only beyond the other label.
    box = place_callout(anchor, (20.0, 8.0), bounds, [other_box], drawn_points)
    assert box is not None
    assert box.right <= 60
    narrow_bounds = Box(50, 0, 200, 100)
    far_box = place_callout(anchor, (20.0, 8.0), narrow_bounds, [other_box], drawn_points)
    assert far_box is not None
    assert far_box.left >= 70
    assert compute_leader(anchor, Box(53, 40, 60, 60)).tolist() == [[50.0, 50.0], [53.0, 50.0]]


def test_an_interpolated_line_breaks_at_gaps() -> None:
    """Points are added between two points, a gap has none, and the last point before it stays."""
    points = interpolate_line(np.array([[0.0, 0.0], [10.0, 0.0], [20.0, np.nan], [30.0, 0.0]]), 5.0)
    assert points[:, 0].tolist() == [0.0, 5.0, 10.0, 30.0]
    assert interpolate_line(np.array([[1.0, 2.0]]), 5.0).tolist() == [[1.0, 2.0]]
