from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.load_mode import LoadMode
from ..models.source_state import SourceState
from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.standing import Standing





T = TypeVar("T", bound="Source")



@_attrs_define
class Source:
    

    slug: str
    """ Its identifier, part of every address about it. """
    name: str
    """ Its name. """
    description: str
    """ What it is. """
    kind: str
    """ What kind of source it is. """
    state: SourceState
    mode: LoadMode
    next_run_at: datetime.datetime | None
    """ When the clock collects it next. """
    latest_run: int | None
    """ The number of its last run, if it had one. """
    standing: Standing
    url: str
    """ Where to read more of it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.standing import Standing # noqa: PLC0415
        slug = self.slug

        name = self.name

        description = self.description

        kind = self.kind

        state = self.state.value

        mode = self.mode.value

        next_run_at: None | str
        if isinstance(self.next_run_at, datetime.datetime):
            next_run_at = self.next_run_at.isoformat()
        else:
            next_run_at = self.next_run_at

        latest_run: int | None
        latest_run = self.latest_run

        standing = self.standing.to_dict()

        url = self.url


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "slug": slug,
            "name": name,
            "description": description,
            "kind": kind,
            "state": state,
            "mode": mode,
            "next_run_at": next_run_at,
            "latest_run": latest_run,
            "standing": standing,
            "url": url,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.standing import Standing # noqa: PLC0415
        d = dict(src_dict)
        slug = d.pop("slug")

        name = d.pop("name")

        description = d.pop("description")

        kind = d.pop("kind")

        state = SourceState(d.pop("state"))




        mode = LoadMode(d.pop("mode"))




        def _parse_next_run_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                next_run_at_type_0 = datetime.datetime.fromisoformat(data)



                return next_run_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        next_run_at = _parse_next_run_at(d.pop("next_run_at"))


        def _parse_latest_run(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        latest_run = _parse_latest_run(d.pop("latest_run"))


        standing = Standing.from_dict(d.pop("standing"))




        url = d.pop("url")

        source = cls(
            slug=slug,
            name=name,
            description=description,
            kind=kind,
            state=state,
            mode=mode,
            next_run_at=next_run_at,
            latest_run=latest_run,
            standing=standing,
            url=url,
        )


        source.additional_properties = d
        return source

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
