from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.blank import Blank
from ..models.visibility import Visibility
from ..types import UNSET, Unset
from typing import cast






T = TypeVar("T", bound="SheetRequest")



@_attrs_define
class SheetRequest:
    

    context: str | Unset = UNSET
    """ What the extraction is part of, and for whom. """
    actors: str | Unset = UNSET
    """ Who produces the data, who answers for it here. """
    technical_constraints: str | Unset = UNSET
    """ Hours, volumes, formats, languages, services called. """
    access_conditions: str | Unset = UNSET
    """ How the right to read was given, by whom, until when. """
    terms: str | Unset = UNSET
    """ What the owner allows, and where it is said. """
    licence: str | Unset = UNSET
    """ The licence of the data. """
    confidentiality: Blank | Unset | Visibility = UNSET
    """ Who may know what it holds. """





    def to_dict(self) -> dict[str, Any]:
        context = self.context

        actors = self.actors

        technical_constraints = self.technical_constraints

        access_conditions = self.access_conditions

        terms = self.terms

        licence = self.licence

        confidentiality: str | Unset
        if isinstance(self.confidentiality, Unset):
            confidentiality = UNSET
        elif isinstance(self.confidentiality, Visibility):
            confidentiality = self.confidentiality.value
        else:
            confidentiality = self.confidentiality.value



        field_dict: dict[str, Any] = {}

        field_dict.update({
        })
        if context is not UNSET:
            field_dict["context"] = context
        if actors is not UNSET:
            field_dict["actors"] = actors
        if technical_constraints is not UNSET:
            field_dict["technical_constraints"] = technical_constraints
        if access_conditions is not UNSET:
            field_dict["access_conditions"] = access_conditions
        if terms is not UNSET:
            field_dict["terms"] = terms
        if licence is not UNSET:
            field_dict["licence"] = licence
        if confidentiality is not UNSET:
            field_dict["confidentiality"] = confidentiality

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        context = d.pop("context", UNSET)

        actors = d.pop("actors", UNSET)

        technical_constraints = d.pop("technical_constraints", UNSET)

        access_conditions = d.pop("access_conditions", UNSET)

        terms = d.pop("terms", UNSET)

        licence = d.pop("licence", UNSET)

        def _parse_confidentiality(data: object) -> Blank | Unset | Visibility:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                confidentiality_type_0 = Visibility(data)



                return confidentiality_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, str):
                raise TypeError()
            confidentiality_type_1 = Blank(data)



            return confidentiality_type_1

        confidentiality = _parse_confidentiality(d.pop("confidentiality", UNSET))


        sheet_request = cls(
            context=context,
            actors=actors,
            technical_constraints=technical_constraints,
            access_conditions=access_conditions,
            terms=terms,
            licence=licence,
            confidentiality=confidentiality,
        )

        return sheet_request

