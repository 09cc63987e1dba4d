"""Binance.US: the spot API of Binance on a host of its own; quiet minutes are flat."""

from dataclasses import replace

from tests.replay.wire.binance import FORMAT as BINANCE

FORMAT = replace(BINANCE, host="api.binance.us")
