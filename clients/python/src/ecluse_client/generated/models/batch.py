from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.batch_state import BatchState
from typing import cast
import datetime






T = TypeVar("T", bound="Batch")



@_attrs_define
class Batch:
    

    id: int
    """ Its number. """
    model: str
    """ The model. """
    version: int
    """ The version that answers. """
    state: BatchState
    requested_at: datetime.datetime
    """ When it was asked for. """
    finished_at: datetime.datetime | None
    """ When it ended. """
    rows_done: int
    """ The rows answered or refused so far. """
    rows_refused: int
    """ The rows refused so far. """
    rows_total: int | None
    """ All its rows, once they are known. """
    error: str
    """ Why it failed or was stopped, if it was. """
    url: str
    """ Where to read this again. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        id = self.id

        model = self.model

        version = self.version

        state = self.state.value

        requested_at = self.requested_at.isoformat()

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        rows_done = self.rows_done

        rows_refused = self.rows_refused

        rows_total: int | None
        rows_total = self.rows_total

        error = self.error

        url = self.url


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "model": model,
            "version": version,
            "state": state,
            "requested_at": requested_at,
            "finished_at": finished_at,
            "rows_done": rows_done,
            "rows_refused": rows_refused,
            "rows_total": rows_total,
            "error": error,
            "url": url,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        model = d.pop("model")

        version = d.pop("version")

        state = BatchState(d.pop("state"))




        requested_at = datetime.datetime.fromisoformat(d.pop("requested_at"))




        def _parse_finished_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)



                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))


        rows_done = d.pop("rows_done")

        rows_refused = d.pop("rows_refused")

        def _parse_rows_total(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        rows_total = _parse_rows_total(d.pop("rows_total"))


        error = d.pop("error")

        url = d.pop("url")

        batch = cls(
            id=id,
            model=model,
            version=version,
            state=state,
            requested_at=requested_at,
            finished_at=finished_at,
            rows_done=rows_done,
            rows_refused=rows_refused,
            rows_total=rows_total,
            error=error,
            url=url,
        )


        batch.additional_properties = d
        return batch

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
