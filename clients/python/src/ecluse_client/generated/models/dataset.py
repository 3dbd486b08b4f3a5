from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.visibility import Visibility
from ..types import UNSET, Unset
from typing import cast
import datetime






T = TypeVar("T", bound="Dataset")



@_attrs_define
class Dataset:
    

    slug: str
    """ Its identifier, part of every address about it. """
    name: str
    """ Its name. """
    description: str
    """ What it is. """
    licence: str
    """ What one may do with it; empty if nothing was said. """
    is_public: bool
    """ Whether anyone may read it. """
    visibility: Visibility
    url: str
    """ Where to read more of it. """
    version: int | None | Unset = UNSET
    """ The version that is read today. """
    rows: int | None | Unset = UNSET
    """ How many rows it has. """
    published_at: datetime.datetime | None | Unset = UNSET
    """ When it was published. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        slug = self.slug

        name = self.name

        description = self.description

        licence = self.licence

        is_public = self.is_public

        visibility = self.visibility.value

        url = self.url

        version: int | None | Unset
        if isinstance(self.version, Unset):
            version = UNSET
        else:
            version = self.version

        rows: int | None | Unset
        if isinstance(self.rows, Unset):
            rows = UNSET
        else:
            rows = self.rows

        published_at: None | str | Unset
        if isinstance(self.published_at, Unset):
            published_at = UNSET
        elif isinstance(self.published_at, datetime.datetime):
            published_at = self.published_at.isoformat()
        else:
            published_at = self.published_at


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "slug": slug,
            "name": name,
            "description": description,
            "licence": licence,
            "is_public": is_public,
            "visibility": visibility,
            "url": url,
        })
        if version is not UNSET:
            field_dict["version"] = version
        if rows is not UNSET:
            field_dict["rows"] = rows
        if published_at is not UNSET:
            field_dict["published_at"] = published_at

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        slug = d.pop("slug")

        name = d.pop("name")

        description = d.pop("description")

        licence = d.pop("licence")

        is_public = d.pop("is_public")

        visibility = Visibility(d.pop("visibility"))




        url = d.pop("url")

        def _parse_version(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        version = _parse_version(d.pop("version", UNSET))


        def _parse_rows(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        rows = _parse_rows(d.pop("rows", UNSET))


        def _parse_published_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                published_at_type_0 = datetime.datetime.fromisoformat(data)



                return published_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        published_at = _parse_published_at(d.pop("published_at", UNSET))


        dataset = cls(
            slug=slug,
            name=name,
            description=description,
            licence=licence,
            is_public=is_public,
            visibility=visibility,
            url=url,
            version=version,
            rows=rows,
            published_at=published_at,
        )


        dataset.additional_properties = d
        return dataset

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
