"""The rules of passage, one by one, and what holds for the tables of any model."""

import pytest
from hypothesis import given

from apps.datasets.enums import ColumnType, PersonalData
from apps.datasets.exceptions import SchemaRefused
from apps.datasets.merise.checking import faults_of_table
from apps.datasets.merise.document import Association, Attribute, DataModel, Entity, Leg
from apps.datasets.merise.logical import to_logical
from apps.datasets.merise.notation import read
from apps.datasets.schema import DatasetSchema, ForeignKey
from tests.datasets.merise.mocodo import shapes_by_mocodo, shapes_of
from tests.datasets.merise.strategies import few, models


def tables(text):
    """The columns of each table: `#` refers to another table, `*` is in the key, `!` required, `1` unique."""
    said = {}
    for entity in to_logical(read(text)).entities:
        foreign = {name for each in entity.foreign_keys for name in each.columns}
        said[entity.name] = " ".join(
            ("#" if column.name in foreign else "")
            + column.name
            + ("*" if column.is_key else "")
            + ("!" if column.is_required else "")
            + ("1" if column.is_unique else "")
            for column in entity.columns
        )
    return said


ENTITIES = "A: x, a\nB: y, b\nC: z\n"


@pytest.mark.parametrize(
    ("association", "expected"),
    [
        ("DF, 11 A, 0N B", {"a": "x* a_value #b_y!"}),
        ("DF, 01 A, 0N B", {"a": "x* a_value #b_y"}),
        ("DF, 11 A, 01 B", {"a": "x* a_value #b_y!1"}),
        ("DF, 01 A, 11 B", {"b": "y* b_value #a_x!1"}),
        ("DF, 01 A, 01 B", {"b": "y* b_value #a_x1"}),
        ("L, 0N A, 1N B", {"l": "#a_x* #b_y*"}),
        ("L, 0N A, 1N B: r", {"l": "#a_x* #b_y* r"}),
        ("L, 0N A, 1N B: _on, r", {"l": "#a_x* #b_y* on* r"}),
        ("L, 11 A, 1N B: r", {"a": "x* a_value #b_y! r"}),
        ("L, 0N A, 1N B, 0N C", {"l": "#a_x* #b_y* #c_z*"}),
        ("L, 0N A, 11 B, 0N C", {"b": "y* b_value #a_x! #c_z!"}),
        ("L, 01 A, 11 B, 0N C", {"b": "y* b_value #a_x!1 #c_z!"}),
        ("L, /0N A, 1N B, 0N C", {"l": "#a_x! #b_y* #c_z*"}),
        ("+L, 01 A, 0N B", {"l": "#a_x* #b_y!"}),
        ("+L, 01 A, 01 B", {"l": "#a_x!1 #b_y*"}),
        ("L, _11 A, 0N B", {"a": "#b_y* x* a_value"}),
        ("L, 0N [of] A, 0N [to] A", {"l": "#of_x* #to_x*"}),
        ("L, 01 [son] A, 0N [father] A", {"a": "x* a_value #father_x"}),
        ("L, 11 A, 0N [-owner] B", {"a": "x* a_value #owner!"}),
    ],
)
def test_each_kind_of_association_has_its_rule(association, expected):
    found = tables(ENTITIES.replace("a\n", "a value\n").replace("b\n", "b value\n") + association)

    assert found == {"a": "x* a_value", "b": "y* b_value", "c": "z*"} | expected


def test_weak_entities_borrow_along_a_chain():
    found = tables("HOTEL: code\nHAS, _11 ROOM, 1N HOTEL\nROOM: number\nIN, _11 BED, 1N ROOM\nBED: rank")

    assert found == {"hotel": "code*", "room": "#hotel_code* number*", "bed": "#room_hotel_code* #room_number* rank*"}


def test_a_foreign_key_is_what_it_refers_to_and_who_it_tells_of():
    client = Attribute(
        name="number", label="N°", is_identifier=True, max_length=9, pattern="[0-9]+", personal_data=PersonalData.DIRECT
    )
    model = DataModel(
        entities=(
            Entity(name="order", attributes=(Attribute(name="code", type=ColumnType.INTEGER, is_identifier=True),)),
            Entity(name="client", label="Customer", attributes=(client,)),
        ),
        associations=(
            Association(
                name="place",
                label="Placing",
                legs=(Leg(entity="order", cardinality="1,1"), Leg(entity="client", cardinality="0,n")),
            ),
        ),
    )

    order = to_logical(model).entity("order")

    column = order.column("client_number")
    assert (column.type, column.max_length, column.label) == (ColumnType.TEXT, 9, "N° (Customer)")
    assert (column.personal_data, column.pattern, column.is_required) == (PersonalData.DIRECT, "", True)
    assert order.foreign_keys == (
        ForeignKey(name="client", columns=("client_number",), entity="client", references=("number",), label="Placing"),
    )


def test_an_identifier_that_says_whose_it_is_gives_its_name_to_the_foreign_key():
    assert tables("CLIENT: num client\nORDER: code\nDF, 11 ORDER, 0N CLIENT")["order"] == "code* #num_client!"


def test_two_links_to_one_entity_have_different_names():
    schema = to_logical(read("TEAM: code\nGAME: number\nHOST, 11 GAME, 0N TEAM\nVISIT, 11 GAME, 0N TEAM"))

    game = schema.entity("game")
    assert game.names == ("number", "team_code", "visit_team_code")
    assert [each.name for each in game.foreign_keys] == ["team", "visit"]


def test_attributes_of_an_association_keep_their_name_unless_it_is_taken():
    found = tables("A: x, day\nB: y\nDF, 11 A, 0N B: day, b_y")

    assert found["a"] == "x* day #df_b_y! df_day b_y"


def test_what_an_optional_link_says_is_optional_too():
    assert tables("A: x\nB: y\nDF, 01 A, 0N B: day [DATE NOT NULL]")["a"] == "x* #b_y day"


def test_unique_columns_of_a_link_to_a_weak_entity_are_unique_together():
    schema = to_logical(read("A: x\nB: y\nC: z\nL, _11 B, 0N A\nM, 11 C, 01 B"))

    assert schema.entity("c").uniques == (("b_a_x", "b_y"),)


@pytest.mark.parametrize(
    "text",
    ["A: x, a\nB: y\nL, 0N A, 0N B, 0N DATE\nDATE: date", "A: x\nB: y\nC: z, c\nL, 11 A, 0N B"],
    ids=["a date", "two"],
)
def test_unlike_mocodo_we_keep_entities_that_are_only_their_identifier(text):
    ours, theirs = shapes_of(to_logical(read(text))), shapes_by_mocodo(text)

    assert set(theirs) < set(ours)


def test_unlike_mocodo_a_weak_entity_alone_bears_the_link_by_which_it_is_weak():
    text = "A: x, a\nB: y, b\nL, 11 A, _11 B"

    assert tables(text) == {"a": "x* a", "b": "#a_x*1 y* b"}
    assert shapes_by_mocodo(text)["a"].columns == 4


def test_a_column_that_is_named_twice_is_refused():
    with pytest.raises(SchemaRefused, match="column “day” is there already"):
        to_logical(read("A: x, day\nB: y\nDF, 11 A, 0N [-day] B"))


def test_one_column_cannot_stand_for_a_key_of_two():
    with pytest.raises(SchemaRefused, match="identified by several columns"):
        to_logical(read("A: x\nB: y, _z\nDF, 11 A, 0N [-b] B"))


@few
@given(models())
def test_tables_of_any_model_can_be_made(model):
    schema = to_logical(model)

    for table in schema.entities:
        assert not [*faults_of_table(table)]
        assert table.key
        relations = [each.name for each in table.foreign_keys]
        assert len({*relations, *table.names}) == len(relations) + len(table.names)
        assert all(set(names) <= set(table.names) for names in table.uniques)
    assert schema.names == (
        *(entity.name for entity in model.entities),
        *(each.name for each in model.associations if not each.bearer),
    )


@few
@given(models())
def test_each_identifier_is_in_the_key_of_its_table(model):
    schema = to_logical(model)

    for box in (*model.entities, *(each for each in model.associations if not each.bearer)):
        own = {attribute.name for attribute in box.attributes if attribute.is_identifier}
        assert own <= set(schema.entity(box.name).key)


@few
@given(models())
def test_each_foreign_key_refers_to_a_whole_key_by_columns_of_its_types(model):
    schema = to_logical(model)

    for table in schema.entities:
        for each in table.foreign_keys:
            target = schema.entity(each.entity)
            assert each.references == target.key
            for name, referred in zip(each.columns, each.references, strict=True):
                column, other = table.column(name), target.column(referred)
                assert (column.type, column.max_length, column.digits) == (other.type, other.max_length, other.digits)
                assert column.personal_data == other.personal_data


@few
@given(models())
def test_nothing_that_is_written_in_a_model_is_lost(model):
    schema = to_logical(model)

    legs = sum(len(each.legs) - bool(each.bearer) for each in model.associations)
    attributes = sum(len(each.attributes) for each in (*model.entities, *model.associations))
    assert sum(len(table.foreign_keys) for table in schema.entities) == legs
    foreign = sum(len(each.columns) for table in schema.entities for each in table.foreign_keys)
    assert sum(len(table.columns) for table in schema.entities) == attributes + foreign


@few
@given(models())
def test_tables_go_through_json(model):
    schema = to_logical(model)

    assert DatasetSchema.from_json(schema.as_json()) == schema
    assert DataModel.model_validate(model.as_document()) == model
