"""The mapping file: which column of a table becomes which field of an event (TOML)."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from catalystindex.model.errors import InvalidRequest
from catalystindex.model.events.envelope import KINDS
from catalystindex.streaming.importers.fields import ENVELOPE, fields_of, required_of

MAX_BYTES: Final = 1 << 20
LINE: Final = "line"
"""The placeholder of an id template that stands for the line, or the number of the record."""

_PLACEHOLDER: Final = re.compile(r"\{([^{}]+)\}")

TimeUnit = Literal["us", "ms", "s", "hours", "days"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TimeRules(_Part):
    """How times are written."""

    format: str = Field(default="iso", description="`iso`, `number`, or a pattern of strptime.")
    unit: TimeUnit = Field(default="s", description="Of numbers.")
    since: Literal["epoch", "start"] = Field(
        default="epoch", description="What numbers count from: 1970, or the option `--start`."
    )
    zone: str = Field(default="UTC", description="IANA name; of times that do not say theirs.")
    day_format: str | None = Field(
        default=None, description="Pattern of strptime of days, such as a birth date; ISO if unset."
    )

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{zone[:40]!r} is no time zone") from None
        return zone


class AmountRules(_Part):
    """How numbers are written."""

    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""
    unit: Literal["major", "minor"] = Field(
        default="major", description="`minor`: 1230 are 12.30 USD. Of money only."
    )
    round: bool = Field(
        default=False,
        description="Round what has too many decimals, half to even; else such a row is set aside.",
    )

    @model_validator(mode="after")
    def _differ(self) -> "AmountRules":
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands are the same character")
        return self


class TableMapping(_Part):
    """What the rows of a table mean."""

    kind: str
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    id: str | None = Field(
        default=None,
        max_length=500,
        description="Template of `entity_id`: columns in braces, `{line}` for the line.",
    )
    fields: dict[str, str]
    """Column by field."""
    constants: dict[str, str | int | bool | list[str]] = {}
    """Value by field, the same for all rows."""
    values: dict[str, dict[str, str]] = {}
    """By field: what a text of the file stands for."""
    separator: str = Field(default=";", min_length=1, max_length=5)
    """Between the parts of a field that is a list."""
    time: TimeRules = TimeRules()
    amounts: AmountRules = AmountRules()

    @field_validator("kind")
    @classmethod
    def _kind(cls, kind: str) -> str:
        if kind not in KINDS:
            raise ValueError(f"{kind[:40]!r} is none of {', '.join(KINDS)}")
        return kind

    @field_validator("delimiter")
    @classmethod
    def _delimiter(cls, delimiter: str) -> str:
        if not delimiter.isascii() or delimiter in '"\r\n':
            raise ValueError("it has to be one ASCII character, and no quote or line end")
        return delimiter

    @field_validator("id")
    @classmethod
    def _template(cls, template: str | None) -> str | None:
        if template is not None and not _PLACEHOLDER.search(template):
            raise ValueError("it names no column in braces: all rows would be one entity")
        return template

    @model_validator(mode="after")
    def _fields(self) -> "TableMapping":
        known = {**fields_of(self.kind), **ENVELOPE}
        for name in (*self.fields, *self.constants):
            if name not in known:
                raise ValueError(f"{self.kind} has no field {name[:60]!r}; it has {_listed(known)}")
        for name in self.values:
            if name not in self.fields:
                raise ValueError(f"values.{name[:60]}: no column is mapped to that field")
        both = sorted(self.fields.keys() & self.constants.keys())
        if both:
            raise ValueError(f"both a column and a constant are given for {', '.join(both)}")
        given = {*self.fields, *self.constants}
        missing = [name for name in required_of(self.kind) if name not in given]
        if missing:
            raise ValueError(f"nothing is given for {', '.join(missing)}")
        return self

    def id_columns(self) -> list[str]:
        """Return the columns that the id is made of, without the line."""
        found: list[str] = _PLACEHOLDER.findall(self.id or "")
        return [name for name in dict.fromkeys(found) if name != LINE]

    def columns(self) -> list[str]:
        """Return every column that is read, each once."""
        return list(dict.fromkeys([*self.fields.values(), *self.id_columns()]))


def fill(template: str, texts: dict[str, str]) -> str:
    """Return a template with its placeholders replaced."""
    return _PLACEHOLDER.sub(lambda found: texts[found[1]], template)


def load_mapping(path: Path | None) -> TableMapping:
    """Read a mapping file. Raises `InvalidRequest` that says what is wrong with it, and where."""
    if path is None:
        raise InvalidRequest(
            "this format needs a mapping file: name one with --mapping", field="mapping"
        )
    try:
        with path.open("rb") as file:
            raw = tomllib.loads(file.read(MAX_BYTES).decode("utf-8"))
        return TableMapping.model_validate(raw)
    except OSError as error:
        raise InvalidRequest(
            f"{path.name} cannot be read: {error.strerror}", field="mapping"
        ) from None
    except ValidationError as error:
        raise InvalidRequest(f"{path.name}: {_explained(error)}", field="mapping") from None
    except ValueError as error:  # of TOML and of UTF-8
        raise InvalidRequest(f"{path.name} is no TOML: {error}", field="mapping") from None


def _explained(error: ValidationError) -> str:
    return "; ".join(
        ": ".join(
            filter(None, (".".join(map(str, one["loc"])), one["msg"].removeprefix("Value error, ")))
        )
        for one in error.errors(include_url=False, include_input=False)
    )


def _listed(known: Iterable[str]) -> str:
    return ", ".join(sorted(known))
