"""Arrays on their way to the browser: as base64 of their bytes, which is small, quick to write and quick to read.

A figure that is a plain dictionary goes to the browser as it is. plotly's own figure classes check every property of
every trace, which costs more than all measuring and drawing together.
"""

from base64 import b64encode
from typing import Any

import numpy.typing as npt

Figure = dict[str, Any]
"""A figure as plotly.js takes it: ``data`` and ``layout``; arrays of numbers may be numpy arrays."""

DTYPE_CODES = {"float64": "f8", "float32": "f4", "int32": "i4", "int16": "i2", "int8": "i1"}
"""What plotly.js calls the types of numbers that are sent."""


def encode_array(values: npt.NDArray[Any]) -> dict[str, str]:
    """Numbers as plotly.js reads them.

    >>> import numpy as np
    >>> encode_array(np.array([1, 2], dtype=np.int8))
    {'dtype': 'i1', 'bdata': 'AQI='}
    """
    little_endian = values.astype(values.dtype.newbyteorder("<"), copy=False)
    return {"dtype": DTYPE_CODES[values.dtype.name], "bdata": b64encode(little_endian.tobytes()).decode()}
