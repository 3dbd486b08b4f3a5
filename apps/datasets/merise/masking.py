"""A model and its tables without some of their columns, for whoever may not know of them.

What is left must say nothing false: a key or a rule that lost one of its columns is not shown as if it were whole.
"""

from collections.abc import Callable
from dataclasses import replace

from apps.datasets.merise.document import Association, Attribute, DataModel, Entity
from apps.datasets.schema import DatasetSchema, EntitySchema

# Whether the column of this entity or association, of this name, is to be left out.
IsHidden = Callable[[str, str], bool]


def mask_model(model: DataModel, schema: DatasetSchema, is_hidden: IsHidden) -> DataModel:
    """The model without the attributes that are hidden. `schema` are its tables, all of them."""
    return model.model_copy(
        update={
            "entities": tuple(_masked_entity(entity, is_hidden) for entity in model.entities),
            "associations": tuple(_masked_association(each, schema, is_hidden) for each in model.associations),
        }
    )


def mask_schema(schema: DatasetSchema, is_hidden: IsHidden) -> DatasetSchema:
    """The tables without the columns that are hidden, nor what is said of these columns together with others."""
    return DatasetSchema(entities=tuple(mask_table(table, is_hidden) for table in schema.entities))


def _masked_entity(entity: Entity, is_hidden: IsHidden) -> Entity:
    attributes = _visible(entity.attributes, entity.name, is_hidden)
    names = {attribute.name for attribute in attributes}
    uniques = tuple(each for each in entity.uniques if set(each) <= names)
    return entity.model_copy(update={"attributes": attributes, "uniques": uniques})


def _masked_association(association: Association, schema: DatasetSchema, is_hidden: IsHidden) -> Association:
    """Its legs name no column that is hidden."""
    table = schema.entity(association.bearer.entity if association.bearer else association.name)
    legs = tuple(
        leg.model_copy(update={"column": ""}) if leg.column and is_hidden(table.name, leg.column) else leg
        for leg in association.legs
    )
    attributes = _visible(association.attributes, association.name, is_hidden)
    return association.model_copy(update={"legs": legs, "attributes": attributes})


def _visible(attributes: tuple[Attribute, ...], owner: str, is_hidden: IsHidden) -> tuple[Attribute, ...]:
    left = tuple(attribute for attribute in attributes if not is_hidden(owner, attribute.name))
    is_whole = sum(each.is_identifier for each in left) == sum(each.is_identifier for each in attributes)
    return left if is_whole else tuple(each.model_copy(update={"is_identifier": False}) for each in left)


def mask_table(table: EntitySchema, is_hidden: IsHidden) -> EntitySchema:
    """The same for one table."""
    columns = tuple(column for column in table.columns if not is_hidden(table.name, column.name))
    names = {column.name for column in columns}
    if not set(table.key) <= names:
        columns = tuple(replace(column, is_key=False, is_required=column.must_be_filled) for column in columns)
    return replace(
        table,
        columns=columns,
        foreign_keys=tuple(each for each in table.foreign_keys if set(each.columns) <= names),
        uniques=tuple(each for each in table.uniques if set(each) <= names),
    )
