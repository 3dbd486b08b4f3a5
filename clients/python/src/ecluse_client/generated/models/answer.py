from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset







T = TypeVar("T", bound="Answer")



@_attrs_define
class Answer:
    

    output: Any
    """ A text, a label, vectors, or an answer for each row. """
    seconds: float
    """ How long it took. """
    tokens_in: int
    """ Tokens sent. """
    tokens_out: int
    """ Tokens received. """
    are_tokens_estimated: bool
    """ Whether they are a quarter of the characters, the service counting none. """
    cost_eur: str
    """ What it cost, in euros. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        output = self.output

        seconds = self.seconds

        tokens_in = self.tokens_in

        tokens_out = self.tokens_out

        are_tokens_estimated = self.are_tokens_estimated

        cost_eur = self.cost_eur


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "output": output,
            "seconds": seconds,
            "tokens_in": tokens_in,
            "tokens_out": tokens_out,
            "are_tokens_estimated": are_tokens_estimated,
            "cost_eur": cost_eur,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        output = d.pop("output")

        seconds = d.pop("seconds")

        tokens_in = d.pop("tokens_in")

        tokens_out = d.pop("tokens_out")

        are_tokens_estimated = d.pop("are_tokens_estimated")

        cost_eur = d.pop("cost_eur")

        answer = cls(
            output=output,
            seconds=seconds,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            are_tokens_estimated=are_tokens_estimated,
            cost_eur=cost_eur,
        )


        answer.additional_properties = d
        return answer

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
