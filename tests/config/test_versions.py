"""Versions are judged by a reviewed table and a given day, never by the clock."""

from datetime import date, timedelta

import pytest

from config.versions import CURRENT, DIAGRAM, SUPPORT, Engine, Support, UnknownVersion, standing, standings


@pytest.mark.parametrize(
    ("on", "support"),
    [
        (date(2025, 3, 23), Support.STANDARD),
        (date(2025, 3, 24), Support.EXTENDED),
        (date(2026, 3, 23), Support.EXTENDED),
        (date(2026, 3, 24), Support.ENDED),
    ],
)
def test_support_ends_after_its_last_day(on: date, support: Support) -> None:
    assert standing(Engine.KUBERNETES, "1.29", on=on).support is support


def test_the_default_versions_are_in_standard_support() -> None:
    assert {found.support for found in standings(CURRENT)} == {Support.STANDARD}


def test_the_diagrams_versions_are_said_to_be_past_it_and_what_to_choose() -> None:
    kubernetes, mysql, redis = standings(DIAGRAM)
    assert (kubernetes.support, mysql.support, redis.support) == (Support.ENDED, Support.EXTENDED, Support.STANDARD)
    assert "AWS creates none any more; choose one of " in str(kubernetes)
    assert "AWS charges extra for it until 2029-07-31; choose one of 8.4" in str(mysql)


def test_what_to_choose_is_supported_on_the_day_that_is_asked_about() -> None:
    later = standing(Engine.KUBERNETES, "1.33", on=date(2027, 1, 1))
    assert later.supported == ("1.35",)


def test_an_unknown_version_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownVersion, match=r"mysql 9\.9 is not in the support table, which has 8\.0, 8\.4"):
        standing(Engine.MYSQL, "9.9")


def test_the_table_is_complete_and_in_order() -> None:
    for versions in SUPPORT.values():
        for window in versions.values():
            if window.standard_until and window.extended_until:
                assert window.standard_until + timedelta(days=300) < window.extended_until
