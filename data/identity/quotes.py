"""The quotes of markets: what a market's prices are counted in."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, StrictBool, model_validator
from pydantic.dataclasses import dataclass

from data.toml import TABLE_CONFIG


def _check_code(code: str) -> str:
    if code != code.upper():
        message = f"{code!r} is not in capitals"
        raise ValueError(message)
    return code


@dataclass(frozen=True, slots=True, config=TABLE_CONFIG)
class Quote:
    """A quote that a market can be measured in (docs/method.md, sections 1 and 2).

    Attributes:
        code: its key in the catalogue, such as ``USDT``.
        per_usd: how many of it make about one dollar. A constant that scales the least volume that votes, exact for
            stablecoins and an order of magnitude for others; never a rate of conversion.
        stablecoin: whether it promises one US dollar.
        ratio: whether only ratio markets are quoted in it, such as WBETH/ETH; such a market is never measured.
    """

    code: Annotated[str, AfterValidator(_check_code)]
    per_usd: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
    stablecoin: StrictBool = False
    ratio: StrictBool = False

    @model_validator(mode="after")
    def _check_stablecoin(self) -> Self:
        if self.stablecoin and (self.per_usd != 1 or self.ratio):
            message = "a stablecoin has per_usd = 1, and markets that are measured"
            raise ValueError(message)
        return self
