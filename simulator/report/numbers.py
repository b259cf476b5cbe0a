"""Numbers as people read them: two significant digits, and never 0 % or 100 % from a finite sample."""

from __future__ import annotations

import math

YUAN, WAN, YI, MILLION = 100, 10_000 * 100, 10**8 * 100, 10**6 * 100


def significant(value: float, digits: int = 2) -> float:
    """Rounded to so many significant digits."""
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def plain(value: float, digits: int = 2) -> str:
    """Thousands separated, no exponent, no trailing zeros after the point."""
    rounded = significant(value, digits)
    if rounded == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
    text = f"{rounded:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(fen: float, lang: str, digits: int = 2, sign: bool = False) -> str:
    """万元 or 亿元; CNY k or m in English."""
    if not math.isfinite(fen):
        return "—"
    shown = significant(fen, digits)
    plus = "+" if sign and shown >= 0 else ""
    if lang == "zh":
        name, unit = ("亿", YI) if abs(shown) >= YI else ("万", WAN)
        return f"{plus}{plain(_dust(shown, unit) / unit, digits)} {name}"
    name, unit = ("bn", 1000 * MILLION) if abs(shown) >= 1000 * MILLION else ("m", MILLION)
    return f"{plus}{plain(_dust(shown, unit) / unit, digits)} {name}"


def _dust(fen: float, unit: int) -> float:
    """Less than a ten-thousandth of the unit is nothing."""
    return 0.0 if abs(fen) < unit / 10_000 else fen


def percent(share: float, n: int = 0) -> str:
    """A share of one; 0 and 1 of ``n`` paths as bounds by the rule of three."""
    if not math.isfinite(share):
        return "—"
    if n and share <= 0:
        return f"< {plain(300 / n)}%"
    if n and share >= 1:
        return f"> {_above(1 - 3 / n)}%"
    if abs(share) > 0.99 and abs(share) < 1:
        return f"{_above(share)}%"
    return f"{plain(share * 100)}%"


def _above(share: float) -> str:
    """Close to one: two significant digits of what is missing."""
    missing = (1 - share) * 100
    places = max(0, 1 - math.floor(math.log10(missing))) if missing > 0 else 0
    return f"{100 - significant(missing):.{places}f}"


def span(low: str, high: str) -> str:
    """An interval with its unit once."""
    for unit in ("%", " 万", " 亿", " m", " bn"):
        if low.endswith(unit) and high.endswith(unit):
            return span(low.removesuffix(unit), high.removesuffix(unit)) + unit
    return f"{low} ~ {high}" if "-" in (low[:1], high[:1]) else f"{low}–{high}"


def apart(values: tuple[float, ...], most: int = 4) -> int:
    """Digits at which the numbers of an interval differ: two, more only where it would vanish."""
    for digits in range(2, most):
        if len({significant(value, digits) for value in values}) == len({*values}):
            return digits
    return most
