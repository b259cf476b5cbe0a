"""What every part of a scenario is made of: its base, its names, labels and dated values."""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from .units import Date

IpType = Literal["invention", "utility_model", "design", "trademark", "geographical_indication",
                 "copyright", "software_copyright", "plant_variety", "layout_design",
                 "trade_secret", "goodwill", "franchise"]
FirmClass = Literal["micro", "small", "medium", "large"]
Level = Literal["central", "province", "city", "district", "enterprise", "social", "agency"]
IP_TYPES: tuple[IpType, ...] = ("invention", "utility_model", "design", "trademark", "geographical_indication",
            "copyright", "software_copyright", "plant_variety", "layout_design",
            "trade_secret", "goodwill", "franchise")
FIRM_CLASSES: tuple[FirmClass, ...] = ("micro", "small", "medium", "large")
LEVELS: tuple[Level, ...] = ("central", "province", "city", "district", "enterprise", "social", "agency")
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


class Part(BaseModel):
    """Base of every part of a scenario: frozen, and no key it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Part):
    """A label in both languages."""

    zh: str
    en: str


T = TypeVar("T")


class Dated(Part, Generic[T]):
    """A value the law changed: each step holds from its date on."""

    from_: Date = Field(alias="from")
    value: T
