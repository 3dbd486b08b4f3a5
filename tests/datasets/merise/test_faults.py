"""What a model cannot be: all of it told at once, each fault where it is."""

import pytest

from apps.datasets.enums import ColumnType
from apps.datasets.exceptions import SchemaRefused
from apps.datasets.merise.checking import faults_of_column
from apps.datasets.merise.document import Association, Attribute, DataModel, Entity, Leg
from apps.datasets.merise.faults import faults
from apps.datasets.merise.logical import to_logical
from apps.datasets.schema import ColumnSchema


def entity(name, *attributes, **fields):
    return Entity(
        name=name,
        attributes=tuple(
            Attribute(name=each.removeprefix("_"), is_identifier=each.startswith("_")) for each in attributes
        ),
        **fields,
    )


def leg(said, **fields):
    cardinality, name = said.split()
    return Leg(entity=name, cardinality=cardinality, **fields)


def link(name, *legs, **fields):
    return Association(name=name, legs=tuple(leg(each) if isinstance(each, str) else each for each in legs), **fields)


def model(*boxes):
    return DataModel(
        entities=tuple(each for each in boxes if isinstance(each, Entity)),
        associations=tuple(each for each in boxes if isinstance(each, Association)),
    )


A, B, C = entity("a", "_x"), entity("b", "_y"), entity("c", "_z")


@pytest.mark.parametrize(
    ("boxes", "told"),
    [
        ([entity("A!", "_x")], "Entity “A!”: A name is made"),
        ([A, A], "Entity “a”: two entities or associations have this name"),
        ([A, B, link("a", "0,n a", "0,n b")], "Entity “a”: two entities or associations have this name"),
        ([entity("a", "_x", "x")], "Entity “a”, column “x”: two attributes have this name"),
        ([entity("a", "_id")], "Entity “a”, column “id”: This name has a meaning"),
        ([entity("a")], "Entity “a”: an entity has one attribute at least"),
        ([entity("a", "_x", uniques=(("x",),))], "unique together are two at least"),
        ([entity("a", "_x", uniques=(("x", "q"),))], "Entity “a”, column “q”: there is no such attribute"),
        ([A, link("l", "0,n a", "0,n q")], "Association “l”: there is no entity “q”"),
        ([A, link("l", "0,n a", "0,n a")], "Association “l”: “a” takes part twice"),
        ([A, B, link("l", "0,n a", leg("0,n b", role="Boss!"))], "role “Boss!”: A name is made"),
        ([A, B, link("l", "1,1 a", leg("0,n b", column="Boss!"))], "column “Boss!”: A name is made"),
        ([A, B, link("l", leg("1,1 a", column="q"), "0,n b")], "the leg of “a” gives no foreign key"),
        ([A, entity("b", "y"), link("l", "1,1 a", "0,n b")], "Entity “b”: it needs an identifier, since “l” refers"),
        ([A, B, link("l", leg("1,n a", is_identifying=True), "0,n b")], "a leg that identifies is of 1,1"),
        (
            [A, B, link("l", leg("1,1 a", is_identifying=True), leg("1,1 b", is_identifying=True))],
            "two of its legs identify",
        ),
        ([A, link("l", leg("1,1 a", is_identifying=True), leg("0,n a", role="r"))], "cannot be identified by itself"),
        ([A, B, link("l", leg("1,1 a", is_identifying=True), "0,n b", is_table=True)], "cannot be a table of its own"),
        ([A, B, link("l", leg("0,n a", is_determined=True), "0,n b")], "a leg is determined by the others where"),
        ([A, B, C, link("l", leg("0,n a", is_determined=True), "1,1 b", "0,n c")], "a leg is determined by the others"),
        (
            [entity("a", "x"), B, link("l", leg("1,1 a", is_identifying=True), "0,n b")],
            "Entity “a”: a weak entity needs an identifier that tells apart those of one “b”",
        ),
        (
            [A, B, link("l", "1,1 a", "0,n b", attributes=(Attribute(name="day", is_identifier=True),))],
            "Association “l”: it becomes a foreign key",
        ),
    ],
)
def test_what_cannot_be_is_told_where_it_is(boxes, told):
    found = [str(fault) for fault in faults(model(*boxes))]

    assert any(told in each for each in found), found


@pytest.mark.parametrize(
    "boxes",
    [
        [entity("a", "note")],
        [A, link("l", leg("0,n a", role="of"), leg("0,n a", role="to"))],
        [A, entity("b", "note"), link("l", "0,n a", "1,1 b")],
        [A, B, entity("c"), link("l", leg("1,1 c", is_identifying=True), "0,n a"),
         link("m", leg("1,1 c", is_identifying=True), "0,n b")],
        [A, entity("b", "note"), link("l", leg("1,1 b", is_identifying=True), "0,1 a")],
    ],
    ids=["no identifier that nothing needs", "reflexive", "a side that refers", "an entity made of links", "a subtype"],
)  # fmt: skip
def test_what_can_be_has_no_fault(boxes):
    assert faults(model(*boxes)) == []
    assert to_logical(model(*boxes))


def test_weak_entities_that_borrow_from_each_other_are_all_told():
    found = faults(
        model(
            A,
            B,
            C,
            link("l", leg("1,1 a", is_identifying=True), "0,n b"),
            link("m", leg("1,1 b", is_identifying=True), "0,n a"),
            link("n", leg("1,1 c", is_identifying=True), "0,n a"),
        )
    )

    assert [fault.entity for fault in found] == ["a", "b"]


def test_all_is_told_at_once():
    with pytest.raises(SchemaRefused) as refusal:
        to_logical(model(entity("A", "_x"), entity("b", "_id"), link("l", "0,n b", "0,n q")))

    assert len(refusal.value.faults) == 3


TEXT, INTEGER, DECIMAL = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.DECIMAL


@pytest.mark.parametrize(
    ("type_", "domain", "told"),
    [
        (INTEGER, {"minimum": "2", "maximum": "1"}, "its minimum is above its maximum"),
        (INTEGER, {"minimum": "1.5"}, "“1.5” is not a value"),
        (INTEGER, {"maximum": str(2**63)}, "is not a value"),
        (INTEGER, {"choices": ("1", "two")}, "“two” is not a value"),
        (INTEGER, {"choices": ("1", "01")}, "a choice is there twice"),
        (INTEGER, {"minimum": "2", "choices": ("1",)}, "the choice “1” is not between"),
        (INTEGER, {"pattern": "1"}, "only a text has a pattern"),
        (DECIMAL, {"minimum": "0.0000001"}, "is not a value"),
        (DECIMAL, {"maximum": "1000000000000"}, "is not a value"),
        (ColumnType.FLOAT, {"maximum": "inf"}, "is not a value"),
        (ColumnType.DATE, {"minimum": "31/12/2020"}, "is not a value"),
        (ColumnType.DATETIME, {"minimum": "noon"}, "is not a value"),
        (ColumnType.BOOLEAN, {"choices": ("yes",)}, "a yes or no has no other choice"),
        (TEXT, {"minimum": "a"}, "only a number, a date or an instant"),
        (TEXT, {"choices": ("a", "a")}, "a choice is there twice"),
        (TEXT, {"choices": ("abcd",), "max_length": 3}, "“abcd” is not a value"),
        (TEXT, {"pattern": "("}, "is not a regular expression"),
        (TEXT, {"pattern": "(?=a)b"}, "nothing that looks around or back"),
        (TEXT, {"pattern": r"(a)\1"}, "nothing that looks around or back"),
        (TEXT, {"pattern": r"\bword"}, "nothing that looks around or back"),
        (TEXT, {"pattern": "a++"}, "nothing that looks around or back"),
        (TEXT, {"pattern": "a{1,256}"}, "more than 255 times"),
    ],
)
def test_a_domain_that_means_nothing_is_told(type_, domain, told):
    found = [str(message) for message in faults_of_column(ColumnSchema(name="x", type=type_, **domain))]

    assert any(told in each for each in found), found


@pytest.mark.parametrize(
    ("type_", "domain"),
    [
        (INTEGER, {"minimum": "-3", "maximum": "3", "choices": ("-3", "0")}),
        (DECIMAL, {"maximum": "999999999999.999999"}),
        (ColumnType.DATETIME, {"minimum": "2020-01-01", "maximum": "2020-01-01T10:00:00+02:00"}),
        (TEXT, {"pattern": r"(?:[A-Z]{2}-)?\d{3}\.\\?(ab|c)*?", "choices": ("AB-123.",)}),
        (ColumnType.BOOLEAN, {}),
    ],
)
def test_a_domain_that_means_something_has_no_fault(type_, domain):
    assert [*faults_of_column(ColumnSchema(name="x", type=type_, **domain))] == []
