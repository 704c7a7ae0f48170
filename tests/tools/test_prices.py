import json
from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from tools.cost.prices import FILE, FRESH_FOR, MissingPrice, Prices, price_list


def test_every_price_says_where_it_comes_from_and_how_it_was_checked() -> None:
    listed = price_list()
    assert listed.region == "us-east-1"
    assert all(price.source.startswith("https://aws.amazon.com/") for price in listed.prices.values())
    assert {price.checked for price in listed.prices.values()} == {"memory", *listed.pages}


def test_what_was_checked_nowhere_is_refused_by_name() -> None:
    listed = json.loads(FILE.read_text())
    listed["prices"]["alb"]["checked"] = "a friend"
    with pytest.raises(ValidationError, match=r"prices\.alb\.checked"):
        Prices.model_validate(listed)


def test_a_price_of_nothing_is_refused() -> None:
    listed = json.loads(FILE.read_text())
    listed["prices"]["alb"]["usd"] = "0"
    with pytest.raises(ValidationError, match="alb"):
        Prices.model_validate(listed)


def test_a_missing_price_names_what_is_missing_and_where_to_add_it() -> None:
    with pytest.raises(MissingPrice, match=r"prices\.json has no price 'ec2\.u7in\.large'"):
        price_list().price("ec2.u7in.large")


def test_an_instance_without_its_vcpus_is_named() -> None:
    with pytest.raises(MissingPrice, match=r"how many vCPUs a r8g\.large has"):
        price_list().vcpus_of("r8g.large")


def test_prices_are_old_after_half_a_year() -> None:
    listed = price_list()
    assert not listed.outdated(on=listed.as_of + FRESH_FOR)
    assert listed.outdated(on=listed.as_of + FRESH_FOR + timedelta(days=1))


def test_money_is_exact() -> None:
    assert price_list().price("ec2.t3.medium").usd == Decimal("0.0416")
