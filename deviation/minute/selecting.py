"""Choosing between arrays without a pass over them where the mask is the same throughout."""

import numpy as np

from deviation.minute.grid import Bools, Floats

ALL_BARS = slice(None)
"""All bars of a span."""


def choose(mask: Bools, values: Floats, others: Floats) -> Floats:
    """``values`` where the mask holds, ``others`` elsewhere; one of the two itself where all is of one kind.

    >>> choose(np.array([True, False]), np.array([1.0, 2.0]), np.array([3.0, 4.0])).tolist()
    [1.0, 4.0]
    """
    if mask.all():
        return values
    if not mask.any():
        return others
    # By bits: where the mask changes from place to place, `np.where` takes three times as long.
    bits = mask.astype(np.int64)
    np.negative(bits, out=bits)
    bits &= values.view(np.int64) ^ others.view(np.int64)
    bits ^= others.view(np.int64)
    return bits.view(np.float64)


def mask_values(values: Floats, mask: Bools) -> Floats:
    """The values where the mask holds, NaN elsewhere.

    >>> mask_values(np.array([1.0, 2.0]), np.array([True, False])).tolist()
    [1.0, nan]
    """
    if mask.all():
        return values
    # By bits as above: all bits set are a NaN.
    bits = mask.astype(np.int64)
    bits -= 1
    bits |= values.view(np.int64)
    return bits.view(np.float64)
