"""What a stage's calls cost, by the deployment's price list: a pure function."""

from config.prices import Prices
from runtime.contracts.outcomes import Usage

MILLION = 1_000_000


def cost_usd(model: str, usage: Usage | None, prices: Prices) -> float | None:
    """`model` is `provider/model`. None where it has no price, or its provider did not count: none is made up."""
    price = prices.get(model)
    if price is None or usage is None:
        return None
    return (price.input * usage.input_tokens + price.output * usage.output_tokens) / MILLION
