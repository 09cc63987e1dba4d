"""What the lists of markets of several venues have in common."""


def legs(symbol: str) -> tuple[str, str]:
    """The base and the quote of a spot market.

    >>> legs("ATOM/USDT")
    ('ATOM', 'USDT')
    """
    base, _, quote = symbol.partition("/")
    return base, quote
