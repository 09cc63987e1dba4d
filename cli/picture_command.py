"""The command that draws a picture again, for its source line: without a public address there is no link to a page."""

import shlex
from collections.abc import Sequence

from cli.options import MeasureOptions
from data.schema import Evidence, Timeframe
from data.times import format_time
from deviation.question import Parameters
from deviation.wording import format_amount

DEFAULTS = Parameters()


def write_picture_command(options: MeasureOptions, asset: str, more_words: Sequence[str] = ()) -> str:
    """The command with every choice that differs from its default; files are named without their folders.

    ``more_words`` follow, such as the options of an order log.
    """
    parameters = options.parameters
    values = {
        "--asset": asset,
        "--event": options.event,
        "--window": options.window,
        "--from": None if options.start is None else format_time(options.start),
        "--to": None if options.end is None else format_time(options.end),
        "--venues": ",".join(options.venues),
        "--exclude": ",".join(options.excluded),
        "--focus": options.focus,
        "--quote": parameters.quote.value if parameters.quote is not DEFAULTS.quote else None,
        "--reference": parameters.reference.value if parameters.reference is not DEFAULTS.reference else None,
        "--min-vote": format_amount(parameters.min_vote) if parameters.min_vote != DEFAULTS.min_vote else None,
        "--enter": f"{100 * parameters.enter:.10g}" if parameters.enter != DEFAULTS.enter else None,
        "--exit": f"{100 * parameters.exit:.10g}" if parameters.exit != DEFAULTS.exit else None,
        "--confirm": str(parameters.confirm) if parameters.confirm != DEFAULTS.confirm else None,
        "--timeframe": options.timeframe.value if options.timeframe is not Timeframe.M1 else None,
        "--origin": options.origin.value if options.origin is not Evidence.REAL else None,
    }
    words = ["plumbline", "chart", *(word for name, value in values.items() if value for word in (name, value))]
    words += [word for file in options.files for word in ("--input", file.name)]
    described = options.file_options
    file_values = {"--venue": described.venue, "--symbol": described.symbol, "--times": described.times}
    words += [word for name, value in file_values.items() if value for word in (name, value)]
    flags = {
        "--decimal-comma": described.decimal_comma,
        "--complete": options.complete,
        "--as-first-seen": options.first_seen,
    }
    return shlex.join([*words, *(flag for flag, is_set in flags.items() if is_set), *more_words])
