"""The filter language as a type of a request: read by `filter_json`, described for OpenAPI.

The models below describe and validate nothing: one reader holds the rules and names the places.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from catalystindex.model.document import METADATA_KEY_PATTERN, MetadataScalar
from catalystindex.model.errors import InvalidRequest
from catalystindex.model.filter_json import (
    MAX_CONDITIONS,
    MAX_DEPTH,
    MAX_VALUES,
    parse_filters,
    to_json,
)
from catalystindex.model.filters import Condition

MALFORMED = "filter_malformed"
"""The type of the validation error; its context holds the ``place`` and the ``reason``."""


def _described(schema: dict[str, Any]) -> None:
    """Leave out the defaults: what is not given is not asked."""
    for part in schema.get("properties", {}).values():
        part.pop("default", None)


def _described_object(schema: dict[str, Any]) -> None:
    _described(schema)
    schema["propertyNames"] = {"pattern": METADATA_KEY_PATTERN.pattern}
    schema["maxProperties"] = MAX_CONDITIONS


Bound = Annotated[
    int | str,
    Field(
        description="A whole number, or an RFC 3339 date or date-time with offset. A date is that "
        "whole day in UTC.",
        examples=["2024-06-30", "2024-06-30T12:00:00Z", 5000],
    ),
]


class FilterOperators(BaseModel):
    """What a key's values must fulfil; several operators must all hold."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=_described,
    )

    prefix: str = Field("", min_length=1, description="A text begins so, such as `F33`.")
    gt: Bound = Field(0, description="After, or more than.")
    gte: Bound = Field(0, description="Not before, or at least.")
    lt: Bound = Field(0, description="Before, or less than.")
    lte: Bound = Field(0, description="Not after, or at most.")
    negated: "FilterValue" = Field(
        "", alias="not", description="Does not hold; so also where the key is missing."
    )
    exists: bool = Field(True, description="Whether there is a value; an empty list is none.")
    any: "FilterObject" = Field(
        default_factory=lambda: FilterObject(),
        description="One object of the list fulfils all of this.",
    )


FilterValue = (
    MetadataScalar
    | Annotated[
        list[MetadataScalar],
        Field(min_length=1, max_length=MAX_VALUES, description="Any of these."),
    ]
    | FilterOperators
)


class FilterObject(BaseModel):
    """Conditions by key, all of which must hold."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra=_described_object,
    )
    __pydantic_extra__: dict[str, FilterValue]

    all_of: list["FilterObject"] = Field(
        [], alias="and", min_length=1, max_length=MAX_CONDITIONS, description="All of these hold."
    )
    any_of: list["FilterObject"] = Field(
        [],
        alias="or",
        min_length=1,
        max_length=MAX_CONDITIONS,
        description="At least one of these holds.",
    )
    negated: "FilterObject" = Field(
        default_factory=lambda: FilterObject(), alias="not", description="This does not hold."
    )


class FilterLanguage:
    """Marks a `Condition` as given in JSON form; a `Condition` itself is taken as it is."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return the validator, the writer, and the described form."""
        del source
        return core_schema.no_info_plain_validator_function(
            _read,
            json_schema_input_schema=handler.generate_schema(FilterObject),
            serialization=core_schema.plain_serializer_function_ser_schema(
                to_json, return_schema=core_schema.dict_schema(core_schema.str_schema())
            ),
        )


def _read(value: object) -> Condition:
    if isinstance(value, Condition):
        return value
    try:
        return parse_filters(value)
    except InvalidRequest as error:
        facts = {"place": error.context["field"], "reason": error.context["reason"]}
        raise PydanticCustomError(MALFORMED, "{place}: {reason}", facts) from error


Filters = Annotated[
    Condition,
    FilterLanguage(),
    Field(
        description="What a document must fulfil. A key equals the value, holds any value of a "
        "list, or fulfils operators; all keys must hold; `and`, `or` and `not` combine. Keys are "
        "a document's metadata, or one of `document_id`, `media_type`, `tier`. At most "
        f"{MAX_DEPTH} levels and {MAX_CONDITIONS} conditions.",
        examples=[
            {"department": "compliance", "icd_codes": ["F32.1", "F33.0"]},
            {"icd_codes": {"prefix": "F33"}, "signed": {"gte": "2024-01-01", "lt": "2025-01-01"}},
            {"or": [{"amount": {"gt": 5000}}, {"department": {"not": "retail"}}]},
            {"parties": {"any": {"role": "payer", "country": "DE"}}},
        ],
    ),
]
