"""The files of one answer: comparison picture, minutes, candles, the whole answer, and the lows of all assets."""

from dashboard.export_asked import ALL, Asked, Export
from dashboard.exports_rows import lows_rows
from dashboard.picture import picture
from data.reconstruction import assumed_markets
from deviation.answer import deviation_rows, lows_json, measurement_json


def comparison(asked: Asked) -> Export:
    """The comparison picture, or the minutes from which it is drawn.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn, or not now.
    """
    if not asked.pictured:
        return deviation(asked)
    answer, measurement = asked.measured()
    assumed = assumed_markets() if answer.illustrated else frozenset()
    figure = picture(measurement, asked.catalogue, size=asked.size, theme=asked.view.theme, assumed=assumed)
    return asked.picture(figure, measurement)


def deviation(asked: Asked) -> Export:
    """Every minute of every market against both groups.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
    """
    _, measurement = asked.measured()
    return asked.rows(deviation_rows(measurement), measurement)


def candles(asked: Asked) -> Export:
    """The asset's candles in the window, as they are stored.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
    """
    _, measurement = asked.measured()
    return asked.rows(asked.answers.candles(measurement), measurement)


def whole(asked: Asked) -> Export:
    """The whole answer, and the venue of which its headline speaks.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
    """
    _, measurement = asked.measured()
    return asked.json({**measurement_json(measurement), "focus": measurement.question.focus}, measurement)


def lows(asked: Asked) -> Export:
    """The lowest trades of all assets of the event, also where the view's own one has none.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
    """
    found, first = asked.lows()
    if asked.file_format == "json":
        return asked.json(lows_json(found, asked.answers.low_trades(found)), first, asset=ALL)
    return asked.rows(lows_rows(found), first, asset=ALL)
