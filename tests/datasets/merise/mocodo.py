"""What mocodo makes of a text: the tables of its relational schema, by its own program."""

from dataclasses import dataclass

from mocodo.convert.relations import Relations
from mocodo.mcd import Mcd

from apps.datasets.names import to_entity_name


@dataclass(frozen=True)
class Shape:
    """The structure of a table, whatever its columns are called: how many, of which kind, referring to what."""

    columns: int
    key: int
    own: frozenset[str]
    foreign: tuple[tuple[str, bool], ...]  # what each foreign column refers to, and whether it is in the key
    unique: int


def shapes_by_mocodo(text: str) -> dict[str, Shape]:
    relations = Relations(Mcd(text, None, title="x"), {"output_name": "x"}).relations
    return {
        name_of(relation["this_relation_name"], bid): _shape(relation["columns"]) for bid, relation in relations.items()
    }


def name_of(raw: str, bid: str) -> str:
    return to_entity_name(raw if to_entity_name(raw) == to_entity_name(bid) else bid)


def _shape(columns) -> Shape:
    foreign = [column for column in columns if column["outer_source"]]
    groups = {digit for column in columns for digit in column["unicities"]}
    return Shape(
        columns=len(columns),
        key=sum(bool(column["is_primary"]) for column in columns),
        own=frozenset(to_entity_name(each["attribute"]) for each in columns if each not in foreign),
        foreign=tuple(sorted((to_entity_name(each["outer_source"]), bool(each["is_primary"])) for each in foreign)),
        unique=len(groups),
    )


def shapes_of(schema) -> dict[str, Shape]:
    """The same of our own tables."""
    shapes = {}
    for entity in schema.entities:
        foreign = {
            name: (foreign_key.entity, entity.column(name).is_key)
            for foreign_key in entity.foreign_keys
            for name in foreign_key.columns
        }
        shapes[entity.name] = Shape(
            columns=len(entity.columns),
            key=len(entity.key),
            own=frozenset(to_entity_name(each.title) for each in entity.columns if each.name not in foreign),
            foreign=tuple(sorted(foreign.values())),
            unique=len(entity.uniques) + sum(column.is_unique for column in entity.columns),
        )
    return shapes
