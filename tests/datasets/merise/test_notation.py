"""Mocodo's notation: read as mocodo reads it, written so that both read it the same."""

import pytest
from hypothesis import given

from apps.datasets.enums import ColumnType
from apps.datasets.exceptions import SchemaRefused
from apps.datasets.merise.document import Attribute, Cardinality, DataModel, Entity, Leg
from apps.datasets.merise.logical import to_logical
from apps.datasets.merise.notation import read, write
from tests.datasets.merise.mocodo import shapes_by_mocodo, shapes_of
from tests.datasets.merise.strategies import few, models

TWO = "A: x\nB: y\n"


def bare(model):
    """The model without what the notation does not say."""

    def attribute(each):
        said = Attribute(**each.model_dump(include={"name", "type", "is_identifier", "is_required", "is_unique"}))
        match each.type:
            case ColumnType.TEXT:
                said = said.model_copy(update={"max_length": each.max_length})
            case ColumnType.DECIMAL:
                said = said.model_copy(update={"digits": each.digits, "decimals": each.decimals})
        return said

    def box(each):
        attributes = tuple(attribute(one) for one in each.attributes)
        return each.model_copy(update={"label": "", "description": "", "attributes": attributes})

    return DataModel(entities=tuple(map(box, model.entities)), associations=tuple(map(box, model.associations)))


@few
@given(models())
def test_a_model_that_is_written_is_read_the_same(model):
    assert bare(read(write(model))) == bare(model)


@few
@given(models())
def test_what_was_read_is_written_and_read_without_any_loss(model):
    once = read(write(model))

    assert read(write(once)) == once


@few
@given(models())
def test_mocodo_makes_of_our_text_the_tables_that_we_make(model):
    ours, theirs = shapes_of(to_logical(model)), shapes_by_mocodo(write(model))

    assert {name: shape.columns for name, shape in theirs.items()} == {
        name: shape.columns for name, shape in ours.items()
    }


def attributes_of(line):
    return read(line).entities[0].attributes


@pytest.mark.parametrize(
    ("line", "identifiers"),
    [
        ("A: x, y", ["x"]),
        ("A: x, _y", ["x", "y"]),
        ("A: _x, y", []),
        ("A: _x, _y", ["y"]),
        ("A: 1_x, y", ["x"]),
        ("A: 01_x, y", []),
        ("A: x, 1_y", ["x"]),
        ("A: x, 01_y", ["x", "y"]),
        ("A: x, , y,", ["x"]),
        ("A: , x", []),
    ],
)
def test_identifiers_are_marked_as_in_mocodo(line, identifiers):
    assert [each.name for each in attributes_of(line) if each.is_identifier] == identifiers


def test_other_identifiers_are_unique_alone_or_together():
    entity = read("A: x, 1_mail, 2_name, 2_born").entities[0]

    assert [each.name for each in entity.attributes if each.is_unique] == ["mail"]
    assert entity.uniques == (("name", "born"),)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("VARCHAR(20) NOT NULL", {"max_length": 20, "is_required": True}),
        ("char (3)", {"max_length": 3}),
        ("BIGINT UNSIGNED", {"type": ColumnType.INTEGER}),
        ("INT(11)", {"type": ColumnType.INTEGER}),
        ("NUMERIC(9, 2)", {"type": ColumnType.DECIMAL, "digits": 9, "decimals": 2}),
        ("NUMBER(9)", {"type": ColumnType.DECIMAL, "digits": 9, "decimals": 0}),
        ("double  precision", {"type": ColumnType.FLOAT}),
        ("timestamp", {"type": ColumnType.DATETIME}),
        ("DATE NULL", {"type": ColumnType.DATE}),
        ("bool UNIQUE", {"type": ColumnType.BOOLEAN, "is_unique": True}),
        ("", {}),
    ],
)
def test_types_of_several_databases_are_known(written, expected):
    assert attributes_of(f"A: x, y [{written}], z")[1] == Attribute(name="y", **expected)


@pytest.mark.parametrize(
    ("leg", "expected"),
    [
        ("0N B", Leg(entity="b", cardinality=Cardinality.ZERO_MANY)),
        ("1n B", Leg(entity="b", cardinality=Cardinality.ONE_MANY)),
        ("-01 B", Leg(entity="b", cardinality=Cardinality.ZERO_ONE)),
        ("11> B", Leg(entity="b", cardinality=Cardinality.ONE_ONE)),
        ("0N [boss] B", Leg(entity="b", cardinality=Cardinality.ZERO_MANY, role="boss")),
        ("0N [-Boss no] B", Leg(entity="b", cardinality=Cardinality.ZERO_MANY, column="boss_no")),
        (
            "0N [Leads, or not: so] B",
            Leg(entity="b", cardinality=Cardinality.ZERO_MANY, description="Leads, or not: so"),
        ),
    ],
)
def test_legs_are_read_with_what_mocodo_lets_them_say(leg, expected):
    assert read(f"{TWO}L, 1N A, {leg}").associations[0].legs[1] == expected


def test_layout_comments_and_pages_are_no_part_of_a_model():
    assert read("% title\n:\n A: x\n: :\n\n\tL, 0N A, 0N B\n:\nB: y\n  :") == read("A: x\nB: y\nL, 0N A, 0N B")


def test_what_names_say_beyond_their_letters_is_kept_as_labels():
    entity = read("Ligne de commande: Réf. produit, QTÉ, état").entities[0]

    assert (entity.name, entity.label) == ("ligne_de_commande", "Ligne de commande")
    assert [(each.name, each.label) for each in entity.attributes] == [
        ("ref_produit", "Réf. produit"),
        ("qte", "QTÉ"),
        ("etat", "état"),
    ]


def test_digits_at_the_end_of_names_outlive_mocodo():
    model = DataModel(
        entities=tuple(
            Entity(name=name, attributes=(Attribute(name="x", is_identifier=True), Attribute(name="y")))
            for name in ("mesure_pm10", "mesure_pm1", "df1")
        )
    )

    assert read(write(model)) == model
    assert set(shapes_by_mocodo(write(model))) == {"mesure_pm10", "mesure_pm1", "df1"}


def test_many_functional_dependencies_may_share_their_name():
    model = read("A: x\nB: y\nC: z\nDF, 11 A, 1N B\nDF, 11 B, 1N C\nDF1, 01 C, 0N A")

    assert [each.name for each in model.associations] == ["df", "df_2", "df1"]


@pytest.mark.parametrize(
    ("text", "line", "advice"),
    [
        ("", 0, "There is no entity"),
        ("A: x\n/XT\\ A <= B: kind", 2, "inheritance is not read"),
        ("A: x\n(CIF) ..A, ->B", 2, "constraints are not read"),
        ("A: x\n-B: y", 2, "remove the “-”"),
        ("A: x\nB", 2, "write “NAME: attributes”"),
        ("A: x\n2B: y", 2, "begin with a letter"),
        ("A: x\na: y", 2, "there already, on line 1"),
        ("A: x\nA, 0N A, 0N A", 2, "there already, on line 1"),
        ("A: x\nL, 0N A", 2, "two legs at least"),
        ("A: x\nL, 0N A, A", 2, "write 01, 11, 0N or 1N"),
        ("A: x\nL, 0N A, 12 A", 2, "write 01, 11, 0N or 1N"),
        ("A: x\nL, 0N A, 0N", 2, "write a cardinality and an entity"),
        ("A: x, #b > B > y", 1, "is a foreign key"),
        ("A: x, y [BLOB]", 1, "the type “BLOB” is not known"),
        ("A: x, y [NUMERIC(99)]", 1, "the type “NUMERIC(99)” is not known"),
        ("A: x, y > z", 1, "the attribute “y > z” is not read"),
        ("A: x\n\nL, 0N A, 0N B", 3, "there is no entity “b”"),
        ("A: _x\nB: y\nL, 0N A, 0N B", 1, "it needs an identifier"),
        ("A: x\nL, 0N A, 0N A", 2, "give each leg a role"),
    ],
)
def test_what_is_not_read_is_told_with_its_line_and_what_to_do(text, line, advice):
    with pytest.raises(SchemaRefused) as refusal:
        read(text)

    fault = refusal.value.faults[0]
    assert fault.line == line
    assert advice in str(fault)


def test_all_the_faults_are_told_at_once():
    with pytest.raises(SchemaRefused) as refusal:
        read("A: x\nB\n/X\\ A <= C\nL, 0N A")

    assert [fault.line for fault in refusal.value.faults] == [2, 3, 4]


def test_a_model_larger_than_what_is_kept_is_refused():
    with pytest.raises(SchemaRefused, match="60 entities"):
        read("\n".join(f"E{number}x: a" for number in range(61)))
