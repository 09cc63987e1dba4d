"""The limits of what a request may have, files apart (`dashboard.pages.data.upload`)."""

MAX_CALLBACK_BYTES = 1_000_000
"""Bytes of the largest request of a callback: values of controls, never a figure, are a few thousand."""

MAX_QUERY_CHARS = 8_000
"""Characters of the query of an address. Every exchange by name is two thousand; proxies take as many as these."""

MAX_PATH_CHARS = 1_000
"""Characters of the path of an address; the longest one of a page has twenty, of a file of the app a hundred."""

MAX_DEPTH = 12
"""Lists and objects within each other in the request of a callback; its values begin at the third, and have three."""

MAX_NUMBER = 2**53
"""The largest number in the request of a callback: beyond it a browser has no whole numbers."""

MAX_VALUE_CHARS = 1_000
"""Characters of the value of a control; the longest is the path of a file that candles came from."""

MAX_VALUES = 1_000
"""Values that a control with several may have; the longest list, of exchanges, has some hundred."""

MAX_QUERY_KEYS = 60
"""Keys of a query; a view has 22, and a page's own are few."""
