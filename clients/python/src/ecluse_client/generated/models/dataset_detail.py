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

if TYPE_CHECKING:
  from ..models.column import Column
  from ..models.entity import Entity





T = TypeVar("T", bound="DatasetDetail")



@_attrs_define
class DatasetDetail:
    

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
    columns: list[Column]
    """ The columns of its main entity, in order, among those you may read. """
    hidden_columns: int
    """ How many columns you may not read. """
    entities: list[Entity]
    """ Its entities, the main one first. """
    rows_url: str
    """ Where the rows of its main entity are read. """
    export_url: str
    """ Where the whole is downloaded; add “format”. """
    schema_url: str
    """ Its OpenAPI document. """
    versions_url: str
    """ Its history. """
    version: int | None | Unset = UNSET
    """ The version that is read today. """
    rows: int | None | Unset = UNSET
    """ How many rows it has. """
    published_at: datetime.datetime | None | Unset = UNSET
    """ When it was published. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.column import Column # noqa: PLC0415
        from ..models.entity import Entity # noqa: PLC0415
        slug = self.slug

        name = self.name

        description = self.description

        licence = self.licence

        is_public = self.is_public

        visibility = self.visibility.value

        url = self.url

        columns = []
        for columns_item_data in self.columns:
            columns_item = columns_item_data.to_dict()
            columns.append(columns_item)



        hidden_columns = self.hidden_columns

        entities = []
        for entities_item_data in self.entities:
            entities_item = entities_item_data.to_dict()
            entities.append(entities_item)



        rows_url = self.rows_url

        export_url = self.export_url

        schema_url = self.schema_url

        versions_url = self.versions_url

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
            "columns": columns,
            "hidden_columns": hidden_columns,
            "entities": entities,
            "rows_url": rows_url,
            "export_url": export_url,
            "schema_url": schema_url,
            "versions_url": versions_url,
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
        from ..models.column import Column # noqa: PLC0415
        from ..models.entity import Entity # noqa: PLC0415
        d = dict(src_dict)
        slug = d.pop("slug")

        name = d.pop("name")

        description = d.pop("description")

        licence = d.pop("licence")

        is_public = d.pop("is_public")

        visibility = Visibility(d.pop("visibility"))




        url = d.pop("url")

        columns = []
        _columns = d.pop("columns")
        for columns_item_data in (_columns):
            columns_item = Column.from_dict(columns_item_data)



            columns.append(columns_item)


        hidden_columns = d.pop("hidden_columns")

        entities = []
        _entities = d.pop("entities")
        for entities_item_data in (_entities):
            entities_item = Entity.from_dict(entities_item_data)



            entities.append(entities_item)


        rows_url = d.pop("rows_url")

        export_url = d.pop("export_url")

        schema_url = d.pop("schema_url")

        versions_url = d.pop("versions_url")

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


        dataset_detail = cls(
            slug=slug,
            name=name,
            description=description,
            licence=licence,
            is_public=is_public,
            visibility=visibility,
            url=url,
            columns=columns,
            hidden_columns=hidden_columns,
            entities=entities,
            rows_url=rows_url,
            export_url=export_url,
            schema_url=schema_url,
            versions_url=versions_url,
            version=version,
            rows=rows,
            published_at=published_at,
        )


        dataset_detail.additional_properties = d
        return dataset_detail

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
