"""Figures and arrays as they are sent to the browser.

Figures are plain dictionaries: plotly's figure classes validate every property of every trace, which takes longer than
measuring and drawing together. Arrays are sent as base64 of their bytes, plotly.js's typed array format.
"""

from base64 import b64encode
from typing import Any

import numpy.typing as npt

Figure = dict[str, Any]
"""A figure for plotly.js: ``data`` and ``layout``; arrays of numbers may be numpy arrays."""

DTYPE_CODES = {"float64": "f8", "float32": "f4", "int32": "i4", "int16": "i2", "int8": "i1"}
"""plotly.js's names of the number types that are sent, by numpy's."""


def encode_array(values: npt.NDArray[Any]) -> dict[str, str]:
    """Numbers as a typed array of plotly.js, little-endian.

    >>> import numpy as np
    >>> encode_array(np.array([1, 2], dtype=np.int8))
    {'dtype': 'i1', 'bdata': 'AQI='}
    """
    little_endian = values.astype(values.dtype.newbyteorder("<"), copy=False)
    return {"dtype": DTYPE_CODES[values.dtype.name], "bdata": b64encode(little_endian.tobytes()).decode()}
