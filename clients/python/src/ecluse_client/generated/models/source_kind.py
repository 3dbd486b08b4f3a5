from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.source_kind_settings import SourceKindSettings





T = TypeVar("T", bound="SourceKind")



@_attrs_define
class SourceKind:
    

    kind: str
    """ Its name, which never changes. """
    label: str
    """ What people call it. """
    summary: str
    """ What it reads. """
    settings: SourceKindSettings
    """ What “settings” may hold, as a JSON Schema. """
    secrets: list[str]
    """ What “secrets” may hold: names. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.source_kind_settings import SourceKindSettings # noqa: PLC0415
        kind = self.kind

        label = self.label

        summary = self.summary

        settings = self.settings.to_dict()

        secrets = self.secrets




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "kind": kind,
            "label": label,
            "summary": summary,
            "settings": settings,
            "secrets": secrets,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.source_kind_settings import SourceKindSettings # noqa: PLC0415
        d = dict(src_dict)
        kind = d.pop("kind")

        label = d.pop("label")

        summary = d.pop("summary")

        settings = SourceKindSettings.from_dict(d.pop("settings"))




        secrets = cast(list[str], d.pop("secrets"))


        source_kind = cls(
            kind=kind,
            label=label,
            summary=summary,
            settings=settings,
            secrets=secrets,
        )


        source_kind.additional_properties = d
        return source_kind

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
