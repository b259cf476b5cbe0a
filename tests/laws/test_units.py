"""Units read exactly what is written, and write what reads back to the fen."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.scheme.units import (
    UnitError,
    exact_money,
    format_money,
    format_share,
    format_value,
    parse_count,
    parse_date,
    parse_days,
    parse_money,
    parse_multiple,
    parse_real,
    parse_share,
)

FEN = st.integers(0, 10 ** 16)


@pytest.mark.parametrize(("text", "fen"), [
    ("0.01 元", 1), ("1.23456 万元", 1_234_560), ("3000 万元", 3_000_000_000), ("2 亿元", 20_000_000_000),
    ("2亿", 20_000_000_000), ("0.5 万", 500_000), ("3,000 元", 300_000), ("0", 0), (0, 0),
    ("100 yuan", 10_000), ("２４００ 万元", 2_400_000_000), ("0.1 亿元", 1_000_000_000), (".5 元", 50),
    ("0.000001 万元", 1), ("1234567.89 元", 123_456_789)])
def test_money_is_exact(text: object, fen: int) -> None:
    assert parse_money(text) == fen


@pytest.mark.parametrize(("text", "code"), [
    ("3000", "money_unit"), (3000, "money_unit"), ("3000 美元", "money_unit"), ("5 %", "money_unit"),
    ("-5 元", "money_negative"), ("0.001 元", "money_too_fine"), ("0.0000001 万元", "money_too_fine"),
    ("some", "money_form"), ("", "money_form"), ("1e6 元", "money_form"), ("3,00 元", "money_form"),
    (True, "money_form"), (None, "money_form"), ("1 2 元", "money_form"),
    ("9" * 30 + " 元", "money_too_large"), ("9" * 5000, "money_form")])
def test_money_refuses(text: object, code: str) -> None:
    with pytest.raises(UnitError) as caught:
        parse_money(text)
    assert caught.value.code == code


@given(FEN)
def test_money_round_trip(fen: int) -> None:
    assert parse_money(exact_money(fen)) == fen


@given(FEN, st.sampled_from([("元", 2), ("万元", 6), ("亿元", 10)]))
def test_decimals_of_every_unit_are_kept(fen: int, unit: tuple[str, int]) -> None:
    """No float on the way: digits shifted by the unit's power of ten read back to the fen."""
    name, places = unit
    digits = str(fen).rjust(places + 1, "0")
    assert parse_money(f"{digits[:-places]}.{digits[-places:]} {name}") == fen


@given(st.integers(0, 10 ** 9))
def test_share_round_trip(ppm: int) -> None:
    assert parse_share(format_share(ppm)) == ppm


@pytest.mark.parametrize(("text", "ppm"), [
    ("40%", 400_000), ("80bp", 8_000), ("0.0001%", 1), ("6.3 %", 63_000), ("120%", 1_200_000),
    ("-5%", -50_000), ("0", 0), ("1", 1_000_000), (1, 1_000_000), ("40％", 400_000), ("3‰", 3_000)])
def test_share(text: object, ppm: int) -> None:
    assert parse_share(text) == ppm


@pytest.mark.parametrize(("text", "code"), [
    ("0.4", "share_unit"), ("40", "share_unit"), ("1.5pp", "share_points"),
    ("0.00001%", "share_too_fine"), ("half", "share_form")])
def test_share_refuses(text: str, code: str) -> None:
    with pytest.raises(UnitError) as caught:
        parse_share(text)
    assert caught.value.code == code


def test_days_multiples_counts_reals_dates() -> None:
    texts = ("90 days", "90 天", "12 months", "12 个月", "1 year", "3 年", "0")
    assert [parse_days(text) for text in texts] == [90, 90, 360, 360, 360, 1080, 0]
    assert [parse_multiple(text) for text in ("10 倍", "10x", "10", "4.5")] == [10_000, 10_000, 10_000, 4_500]
    assert parse_count("340") == 340
    assert parse_real("0.95") == 0.95
    assert parse_date("2022-05-13") == datetime.date(2022, 5, 13)


@pytest.mark.parametrize(("parse", "text"), [
    (parse_days, "12"), (parse_days, "1.5 days"), (parse_days, "-3 days"), (parse_multiple, "10%"),
    (parse_count, "3.5"), (parse_count, "3 笔"), (parse_real, "inf"), (parse_real, "nan"), (parse_real, "x"),
    (parse_date, "2022-5-13"), (parse_date, "2022-02-30"), (parse_date, "20220513")])
def test_others_refuse(parse: object, text: str) -> None:
    with pytest.raises(UnitError):
        parse(text)  # type: ignore[operator]


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none()))
def test_anything_else_is_a_unit_error(raw: object) -> None:
    for parse in (parse_money, parse_share, parse_days, parse_multiple, parse_count, parse_real, parse_date):
        try:
            parse(raw)
        except UnitError as error:
            assert error.allowed


@pytest.mark.parametrize(("fen", "zh", "en"), [
    (2_400_000_000, "2,400 万元", "CNY 24.00 m"), (15_000_000_000, "1.5 亿元", "CNY 150.00 m"),
    (2_290_000_000_00, "22.9 亿元", "CNY 2.29 bn"), (123_456, "1,234.56 元", "CNY 1,234.56"),
    (0, "0 元", "CNY 0.00"), (-2_400_000_000, "-2,400 万元", "CNY -24.00 m")])
def test_money_for_people(fen: int, zh: str, en: str) -> None:
    assert format_money(fen, "zh") == zh
    assert format_money(fen, "en") == en


def test_values_for_people() -> None:
    assert format_value("share", 8_500, "zh") == "0.85%"
    assert format_value("days", 360, "zh") == "360 天"
    assert format_value("multiple", 4_500, "en") == "4.5x"
    assert format_share(123_456, 1) == "12.3%"
