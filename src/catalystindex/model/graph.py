"""The entity graph as callers see it."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Scalar = str | int | bool | None
Properties = dict[str, Scalar]

MAX_ENTITY_ID = 200
"""Characters: `Identifier` of the events."""

EntityId = Annotated[str, Field(min_length=1, max_length=MAX_ENTITY_ID)]
Truncated = Annotated[
    str | None,
    Field(description="The bound that cut the answer short, in words; null if it is whole."),
]


class Money(BaseModel):
    """An amount of one currency."""

    model_config = ConfigDict(frozen=True)

    minor: int = Field(description="Whole minor units of the currency (ISO 4217).")
    currency: str
    amount: str = Field(description="The same in major units, exactly.", examples=["1250.00"])


class MoneyFlow(BaseModel):
    """Payments in one currency."""

    model_config = ConfigDict(frozen=True)

    payments: int
    total: Money


class EntityRef(BaseModel):
    """What names an entity: ids are unique over a workspace's persons, companies and accounts."""

    model_config = ConfigDict(frozen=True)

    label: str = Field(description="What it is.", examples=["account"])
    id: str


class Entity(EntityRef):
    """A vertex: a person, company, account, device, address, phone and so on."""

    version: int = Field(description="Of the event it was read from; 0 if only named by others.")
    event_id: str | None = Field(description="The event it was read from.")
    properties: Properties


class Relation(BaseModel):
    """An edge, with the event that says so."""

    model_config = ConfigDict(frozen=True)

    label: str = Field(examples=["sent"])
    source: EntityRef
    target: EntityRef
    entity_id: str = Field(description="What the event is about: the payment, the interest.")
    event_id: str
    version: int
    event_time: datetime
    money: Money | None = Field(description="What was paid, invoiced or traded, if it was.")
    properties: Properties


class Neighbourhood(BaseModel):
    """What is around an entity."""

    model_config = ConfigDict(frozen=True)

    entities: list[Entity]
    relations: list[Relation]
    truncated: Truncated


class GraphPath(BaseModel):
    """A walk: relation N joins entities N and N + 1, in either direction."""

    model_config = ConfigDict(frozen=True)

    entities: list[Entity]
    relations: list[Relation]
    share: int | None = Field(
        default=None,
        description="What a chain of ownership comes to, in hundredths of a percent, rounded "
        "down; null where a link has no share, or it is a circle.",
    )


class GraphPaths(BaseModel):
    """Walks, the shortest first."""

    model_config = ConfigDict(frozen=True)

    paths: list[GraphPath]
    truncated: Truncated


class EntityProfile(BaseModel):
    """An entity, and in numbers what is around it."""

    model_config = ConfigDict(frozen=True)

    entity: Entity
    counts: dict[str, int] = Field(
        description="Relations by label and direction.", examples=[{"sent.out": 12, "holds.in": 1}]
    )
    sent: list[MoneyFlow] = Field(description="Payments from it or its accounts, by currency.")
    received: list[MoneyFlow] = Field(description="Payments to it or its accounts, by currency.")
    first_seen: datetime | None
    last_seen: datetime | None
    accounts: list[Entity]
    truncated: Truncated


class SharedAttribute(BaseModel):
    """A device, address or phone, and the entities that have it."""

    model_config = ConfigDict(frozen=True)

    attribute: Entity
    entities: list[Entity]


class GraphCounts(BaseModel):
    """How much a workspace's graph holds."""

    model_config = ConfigDict(frozen=True)

    counts: dict[str, int] = Field(description="Entities and relations by label.")
