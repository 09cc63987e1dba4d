"""What a loss report rests on, in sentences: printed under every table of it."""

from data.catalogue import Catalogue
from data.schema import parse_base
from deviation.question import FIRM_VOTES, QuoteHandling
from deviation.wording import format_amount
from evidence.losses.report import LossReport

SAMPLE_SENTENCE = "Sample prices made from published figures: they support no claim, and no amount here means anything."
"""Marks every output from the reconstruction."""

PRICE_ASSUMPTIONS = (
    (
        "Others: spot markets of the same asset on other exchanges that traded in the minute, one per company, "
        f"never the exchange itself or its sister venues; at least {FIRM_VOTES}, else a line cannot be compared and "
        "is in no total."
    ),
    (
        "Range: from the lowest to the highest price at which they traded, or stood before their first trade, in "
        "the minute. Median: of their closing prices, with both middle ones where their number is even."
    ),
    "When in the minute an order would have been executed is not known: only the range covers every moment.",
    (
        "The whole quantity is taken as executed at such a price. Candles show no order book: a large order may "
        "have moved it."
    ),
    "Other quote currencies are converted by the interval in which their rate lay in that minute.",
    "Quantities are in units of the asset; contracts have to be converted before.",
    (
        "Worse by: of a sale what it would have fetched less what it fetched, of a purchase what it cost less what "
        "it would have cost. Below 0 the own exchange was better."
    ),
    (
        "Totals add lower ends to lower ends and upper ends to upper ends. Sales and purchases, currencies and "
        "groups are never added to each other."
    ),
)

REFUSED_ASSUMPTIONS = (
    (
        "Refused orders count if the log says that they were reduce-only, or an answer that others never get. They "
        "are never added to executions: what was executed later is in both."
    ),
    (
        "Repeated attempts on one market and side are one position, until as much as the largest of them was "
        "executed: the first of the largest counts, the others are listed. Sister venues are one, and so are a spot "
        "market and a perpetual of one pair, unless the fills name perpetuals of that pair."
    ),
    (
        "A refused order is taken as executed at once, in the minute of the refusal. One with a limit that nobody "
        "else's price reached is in no total."
    ),
)

LOT_ASSUMPTIONS = (
    (
        "First in, first out, on each market of each exchange, as if of one account: a sale closes the oldest "
        'purchase. A position that was held before the first line has to be in the file (kind "opening").'
    ),
    "Fees are in no result; they are added up apart, in the quote currency.",
)

BASE_ASSUMPTIONS = (
    (
        "What was held over the base minute is valued at the closing prices of that minute; an execution within the "
        "minute is after it. The statement is repeated for minutes around it, as it depends on it."
    ),
    "What cannot be valued in the base minute is left out of before and after, and given apart.",
)


def list_assumptions(report: LossReport, catalogue: Catalogue) -> tuple[str, ...]:
    """Every assumption behind a report, a sentence or two each; the first one marks a sample."""
    parameters = report.parameters
    choices = [
        f"A minute in which an exchange traded less than ${format_amount(parameters.min_vote)} does not count."
        if parameters.min_vote
        else "Every minute with a trade counts."
    ]
    if parameters.quote is QuoteHandling.AS_IS:
        choices.append("Stablecoins are taken as exactly $1, by choice.")
    underlying = sorted(
        {
            f"{asset.ticker} has no market elsewhere: {asset.underlying} there, times the ratio before the event."
            for row in report.rows
            if (asset := catalogue.assets.get(parse_base(row.symbol))) is not None and asset.underlying
        }
    )
    return (
        *([SAMPLE_SENTENCE] if report.is_sample else []),
        *PRICE_ASSUMPTIONS,
        *choices,
        *underlying,
        *(REFUSED_ASSUMPTIONS if report.refused.orders else ()),
        *(LOT_ASSUMPTIONS if report.history.closings else ()),
        *(BASE_ASSUMPTIONS if report.statements else ()),
    )
