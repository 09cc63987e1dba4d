"""What the lists of markets of several venues have in common."""


def split_symbol(symbol: str) -> tuple[str, str]:
    """The base and the quote of a spot market.

    >>> split_symbol("ATOM/USDT")
    ('ATOM', 'USDT')
    """
    base, _, quote = symbol.partition("/")
    return base, quote
