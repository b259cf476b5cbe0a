"""Units: the only door between what people write and the whole numbers the engines use.

money     int, fen (0.01 yuan)              "2400 万元", "2 亿元", "0.01 元", 0
share     int, parts per million            "40%", "80bp", 0, 1; also every yearly rate
days      int, 30/360 days                  "90 days", "12 months", "3 年", 0
multiple  int, thousandths                  "10 倍", "10x", "10"
count     int                               "340"
real      float                             "0.95"

Reading is exact: what is finer than the engine's unit is an error, never rounded.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo
from pydantic_core import PydanticCustomError

YUAN = 100
WAN = 10_000 * YUAN
YI = 10_000 * WAN
ONE = 1_000_000                            # ppm in 100 %
MOST_MONEY = 10 ** 16                      # 100 万亿元; loan amounts have a lower limit of their own
MOST_WHOLE = 10 ** 12

MONEY_UNITS = {"元": YUAN, "yuan": YUAN, "万元": WAN, "万": WAN, "亿元": YI, "亿": YI}
SHARE_UNITS = {"%": 10_000, "bp": 100, "‰": 1_000}
DAY_UNITS = {"day": 1, "days": 1, "天": 1, "日": 1,
             "month": 30, "months": 30, "个月": 30, "月": 30,
             "year": 360, "years": 360, "年": 360}
MULTIPLE_UNITS = {"倍": 1000, "x": 1000, "×": 1000, "": 1000}
ALLOWED = {"money": "3000 万元 | 2 亿元 | 3000 元 | 0", "share": "40% | 80bp | 0 | 1",
           "days": "90 days | 12 months | 3 years | 90 天 | 12 个月 | 3 年 | 0",
           "multiple": "10 倍 | 10x | 10", "count": "0, 1, 2, 3 …", "real": "0.95",
           "date": "2021-01-31"}
OVER_LPR = re.compile(r"LPR\w*\s*\+", re.IGNORECASE)
NUMBER = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+)?(\.\d+)?\s*(\D*)")


class UnitError(ValueError):
    """A value that its unit refuses: ``code`` names the message, ``given`` is the text."""

    def __init__(self, code: str, given: str, kind: str, hint: str = "") -> None:
        super().__init__(f"{code}: {given}")
        self.code, self.given, self.allowed, self.hint = code, given, ALLOWED[kind], hint


@dataclass(frozen=True)
class Unit:
    """Marks a field as a parameter: a number with provenance, of this kind."""

    kind: str


def _split(raw: object, kind: str) -> tuple[Fraction, str]:
    """Number and unit of a text; full-width characters count as their plain ones."""
    given = str(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal):
        raise UnitError(f"{kind}_form", given, kind)
    text = unicodedata.normalize("NFKC", given).strip()
    match = NUMBER.fullmatch(text)
    if match is None or len(text) > 40 or not (match[2] or match[3]):
        raise UnitError(f"{kind}_form", given, kind)
    number = Fraction((match[2] or "0").replace(",", "") + (match[3] or ""))
    return (-number if match[1] == "-" else number), match[4].strip().lower()


def _whole(number: Fraction, raw: object, kind: str, most: int) -> int:
    if number.denominator != 1:
        raise UnitError(f"{kind}_too_fine", str(raw), kind)
    if abs(number) > most:
        raise UnitError(f"{kind}_too_large", str(raw), kind)
    return int(number)


def _scaled(raw: object, kind: str, units: dict[str, int], bare: tuple[int, ...] = (0,)) -> int:
    """Number × unit as a whole number; ``bare`` are the numbers that need no unit."""
    number, unit = _split(raw, kind)
    if unit == "" and "" not in units:
        if number not in bare:
            raise UnitError(f"{kind}_unit", str(raw), kind)
        return int(number) * (ONE if kind == "share" else 1)
    if kind == "share" and unit in ("pp", "个百分点", "百分点"):
        raise UnitError("share_points", str(raw), kind, f"{float(number):g}%")
    if unit not in units:
        raise UnitError(f"{kind}_unit", str(raw), kind)
    return _whole(number * units[unit], raw, kind, MOST_MONEY if kind == "money" else MOST_WHOLE)


def _not_negative(value: int, raw: object, kind: str) -> int:
    if value < 0:
        raise UnitError(f"{kind}_negative", str(raw), kind)
    return value


def parse_money(raw: object) -> int:
    """Fen of a text such as ``"1.23456 万元"``; bare 0 is allowed, less than nothing is not."""
    return _not_negative(_scaled(raw, "money", MONEY_UNITS), raw, "money")


def parse_share(raw: object) -> int:
    """Parts per million of ``"40%"`` or ``"80bp"``; bare 0 and 1 are allowed. May be negative (trends)."""
    if OVER_LPR.search(str(raw)):
        raise UnitError("share_over_lpr", str(raw), "share", str(raw).rpartition("+")[2].strip())
    return _scaled(raw, "share", SHARE_UNITS, (0, 1))


def parse_days(raw: object) -> int:
    """30/360 days of ``"90 days"``, ``"12 个月"`` or ``"3 years"``."""
    return _not_negative(_scaled(raw, "days", DAY_UNITS), raw, "days")


def parse_multiple(raw: object) -> int:
    """Thousandths of ``"10 倍"``, ``"10x"`` or ``"10"``."""
    return _not_negative(_scaled(raw, "multiple", MULTIPLE_UNITS), raw, "multiple")


def parse_count(raw: object) -> int:
    """A whole number, zero or more."""
    number, unit = _split(raw, "count")
    if unit:
        raise UnitError("count_form", str(raw), "count")
    return _not_negative(_whole(number, raw, "count", MOST_WHOLE), raw, "count")


def parse_real(raw: object) -> float:
    """A finite plain number."""
    try:
        number = float(str(raw))
    except ValueError:
        number = float("nan")
    if isinstance(raw, bool) or not isfinite(number):
        raise UnitError("real_form", str(raw), "real")
    return number


def parse_date(raw: object) -> datetime.date:
    """A calendar date written year-month-day."""
    text = str(raw)
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise UnitError("date_form", text, "date") from None


PARSERS: dict[str, Callable[[object], Any]] = {
    "money": parse_money, "share": parse_share, "days": parse_days, "multiple": parse_multiple,
    "count": parse_count, "real": parse_real, "date": parse_date}
ENGINE_TYPES = {"real": (int, float), "date": (datetime.date,)}


def _reader(kind: str) -> BeforeValidator:
    """Pydantic's way in: text is parsed; with context ``trusted`` engine numbers pass as they are."""
    parse, engine = PARSERS[kind], ENGINE_TYPES.get(kind, (int,))

    def read(raw: Any, info: ValidationInfo) -> Any:
        if info.context and info.context.get("trusted") and isinstance(raw, engine):
            return raw
        try:
            return parse(raw)
        except UnitError as error:
            context = {"given": error.given, "allowed": error.allowed, "hint": error.hint}
            raise PydanticCustomError(error.code, "{given}: {allowed}", context) from None

    return BeforeValidator(read)


Amount = Annotated[int, _reader("money"), Unit("money")]
Share = Annotated[int, _reader("share"), Unit("share")]
Days = Annotated[int, _reader("days"), Unit("days")]
Multiple = Annotated[int, _reader("multiple"), Unit("multiple")]
Count = Annotated[int, _reader("count"), Unit("count")]
Real = Annotated[float, _reader("real"), Unit("real")]
Date = Annotated[datetime.date, _reader("date")]


# --- writing ---------------------------------------------------------------------------------

def _plain(number: Fraction) -> str:
    """A decimal number without exponent or trailing zeros (its denominator divides a power of ten)."""
    return f"{Decimal(number.numerator) / Decimal(number.denominator):f}"


def exact_money(fen: int) -> str:
    """The shortest text that reads back as exactly ``fen``: for files and links."""
    name, unit = ("亿元", YI) if fen and fen % (YI // 100) == 0 and abs(fen) >= YI else \
                 ("万元", WAN) if fen and fen % (WAN // 100) == 0 and abs(fen) >= WAN else ("元", YUAN)
    return f"{_plain(Fraction(fen, unit))} {name}"


def format_money(fen: float, lang: str, decimals: int | None = None) -> str:
    """Money for people: ``2,400 万元``, ``1.5 亿元``; in English ``CNY 24.00 m``. Rounded to two decimals."""
    if lang == "zh":
        name, unit = ("亿元", YI) if abs(fen) >= YI else ("万元", WAN) if abs(fen) >= WAN else ("元", YUAN)
        number = f"{fen / unit:,.{2 if decimals is None else decimals}f}"
        return f"{number.rstrip('0').rstrip('.') if decimals is None else number} {name}"
    if abs(fen) >= 1000 * 100 * WAN:
        return f"CNY {fen / (1000 * 100 * WAN):,.{2 if decimals is None else decimals}f} bn"
    if abs(fen) >= 10 * WAN:
        return f"CNY {fen / (100 * WAN):,.{2 if decimals is None else decimals}f} m"
    return f"CNY {fen / YUAN:,.{2 if decimals is None else decimals}f}"


def format_share(ppm: float, decimals: int | None = None) -> str:
    """``40%``, ``0.85%``: exact to a ppm unless ``decimals`` says otherwise."""
    number = f"{ppm / 10_000:.{4 if decimals is None else decimals}f}"
    return (number.rstrip("0").rstrip(".") if decimals is None else number) + "%"


def format_value(kind: str, value: float, lang: str) -> str:
    """A parameter's engine number in words of its kind."""
    if kind == "money":
        return format_money(value, lang)
    if kind == "share":
        return format_share(value)
    if kind == "days":
        return f"{value:g} 天" if lang == "zh" else f"{value:g} days"
    if kind == "multiple":
        return f"{value / 1000:g} 倍" if lang == "zh" else f"{value / 1000:g}x"
    return f"{value:g}"
