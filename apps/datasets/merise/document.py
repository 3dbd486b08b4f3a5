"""A conceptual data model (MCD) as people write it: entities, and the associations that link them.

    entities:
      - name: signalement
        attributes:
          - {name: numero, type: text, is_identifier: true}
          - {name: recu_le, type: date}
      - name: service
        attributes: [{name: code, type: text, is_identifier: true}]
    associations:
      - name: traiter
        legs:
          - {entity: signalement, cardinality: "1,1"}
          - {entity: service, cardinality: "0,n"}

Cardinalities are those of Merise: how many times at least and at most one occurrence of the entity takes part in the
association. A leg of 1,1 that is `is_identifying` makes its entity weak: it borrows the identifiers of the others.
"""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from apps.datasets.enums import ColumnType, Confidentiality, Mask, PersonalData
from apps.datasets.schema import ColumnSchema


class Cardinality(StrEnum):
    ZERO_ONE = "0,1"
    ONE_ONE = "1,1"
    ZERO_MANY = "0,n"
    ONE_MANY = "1,n"

    @property
    def is_single(self) -> bool:
        """Whether an occurrence takes part once at most."""
        return self in {Cardinality.ZERO_ONE, Cardinality.ONE_ONE}

    @property
    def is_required(self) -> bool:
        """Whether an occurrence takes part at least once."""
        return self in {Cardinality.ONE_ONE, Cardinality.ONE_MANY}


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Attribute(_Document):
    """A property of an entity or of an association. The fields are those of `schema.ColumnSchema`."""

    name: str
    type: ColumnType = ColumnType.TEXT
    label: str = ""
    description: str = ""
    unit: str = ""
    is_identifier: bool = False
    is_required: bool = False
    is_unique: bool = False
    is_indexed: bool = False
    max_length: Annotated[int, Field(ge=0)] = 0
    digits: Annotated[int, Field(ge=1, le=38)] = 18
    decimals: Annotated[int, Field(ge=0, le=20)] = 6
    minimum: str = ""
    maximum: str = ""
    choices: tuple[str, ...] = ()
    pattern: str = ""
    personal_data: PersonalData = PersonalData.NONE
    confidentiality: Confidentiality = Confidentiality.PUBLIC
    mask: Mask = Mask.HIDDEN

    @property
    def title(self) -> str:
        return self.label or self.name

    def as_column(self) -> ColumnSchema:
        said = {name: getattr(self, name) for name in type(self).model_fields if name != "is_identifier"}
        return ColumnSchema(is_key=self.is_identifier, **said)


class Entity(_Document):
    """What some rows are about. Without an identifier its rows are only told apart by their rank in a version.

    `uniques` are its other identifiers of two attributes or more; one alone is `is_unique`.
    """

    name: str
    label: str = ""
    description: str = ""
    attributes: tuple[Attribute, ...] = ()
    uniques: tuple[tuple[str, ...], ...] = ()

    @property
    def title(self) -> str:
        return self.label or self.name

    @property
    def identifiers(self) -> tuple[Attribute, ...]:
        return tuple(attribute for attribute in self.attributes if attribute.is_identifier)


class Leg(_Document):
    """How one entity takes part in an association. `role` names it where the same entity does twice.

    `column` is the name of the foreign key that follows from the leg, for whoever does not like the one it gets; only
    where the entity of the leg is identified by one attribute. A leg `is_determined` if the others, taken together,
    say which occurrence it is (in an association of three legs or more that are all “n”).
    """

    entity: str
    cardinality: Cardinality
    role: str = ""
    description: str = ""
    is_identifying: bool = False
    is_determined: bool = False
    column: str = ""

    @property
    def title(self) -> str:
        return self.role or self.entity


class Association(_Document):
    """A link between two entities or more, or of one with itself, with attributes of its own.

    One of its attributes that `is_identifier` lets the same occurrences be linked again: each time of a loan. It
    `is_table` if it is to be a table of its own even though a leg of at most 1 would make it a foreign key.
    """

    name: str
    label: str = ""
    description: str = ""
    legs: Annotated[tuple[Leg, ...], Field(min_length=2, max_length=8)]
    attributes: tuple[Attribute, ...] = ()
    is_table: bool = False

    @property
    def title(self) -> str:
        return self.label or self.name

    @property
    def identifying(self) -> Leg | None:
        """The leg whose entity borrows the identifiers of the others, if there is one."""
        return next((leg for leg in self.legs if leg.is_identifying), None)

    @property
    def elected(self) -> Leg | None:
        """The leg that says all the others: of the weak entity, else the first of 1,1, else the last of 0,1."""
        single = [leg for leg in self.legs if leg.cardinality.is_single]
        required = [leg for leg in single if leg.cardinality.is_required]
        return self.identifying or next(iter([*required, *reversed(single)]), None)

    @property
    def bearer(self) -> Leg | None:
        """The leg whose table bears the foreign keys; None if the association becomes a table of its own."""
        return None if self.is_table else self.elected


class DataModel(_Document):
    """A whole model. The first entity is the main one."""

    entities: Annotated[tuple[Entity, ...], Field(min_length=1, max_length=60)]
    associations: Annotated[tuple[Association, ...], Field(max_length=100)] = ()

    def entity(self, name: str) -> Entity:
        """Raises KeyError if there is none of this name."""
        for entity in self.entities:
            if entity.name == name:
                return entity
        raise KeyError(name)

    def as_document(self) -> dict[str, Any]:
        """What JSON or YAML can write, without what is not said."""
        return self.model_dump(mode="json", exclude_defaults=True)
