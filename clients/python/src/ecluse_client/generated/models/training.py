from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.blank import Blank
from ..models.phase import Phase
from ..models.training_cause import TrainingCause
from ..models.training_state import TrainingState
from typing import cast
import datetime






T = TypeVar("T", bound="Training")



@_attrs_define
class Training:
    

    id: int
    """ Its number. """
    state: TrainingState
    is_over: bool
    """ Whether nothing more will happen to it. """
    phase: Blank | Phase
    """ Where it is; empty before it begins. """
    cause: TrainingCause
    requested_at: datetime.datetime
    """ When it was asked for. """
    started_at: datetime.datetime | None
    """ When it began. """
    finished_at: datetime.datetime | None
    """ When it ended. """
    version: int | None
    """ The version that it made. """
    url: str
    """ Where to follow it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        id = self.id

        state = self.state.value

        is_over = self.is_over

        phase: str
        if isinstance(self.phase, Phase):
            phase = self.phase.value
        else:
            phase = self.phase.value


        cause = self.cause.value

        requested_at = self.requested_at.isoformat()

        started_at: None | str
        if isinstance(self.started_at, datetime.datetime):
            started_at = self.started_at.isoformat()
        else:
            started_at = self.started_at

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        version: int | None
        version = self.version

        url = self.url


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "state": state,
            "is_over": is_over,
            "phase": phase,
            "cause": cause,
            "requested_at": requested_at,
            "started_at": started_at,
            "finished_at": finished_at,
            "version": version,
            "url": url,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        state = TrainingState(d.pop("state"))




        is_over = d.pop("is_over")

        def _parse_phase(data: object) -> Blank | Phase:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                phase_type_0 = Phase(data)



                return phase_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, str):
                raise TypeError()
            phase_type_1 = Blank(data)



            return phase_type_1

        phase = _parse_phase(d.pop("phase"))


        cause = TrainingCause(d.pop("cause"))




        requested_at = datetime.datetime.fromisoformat(d.pop("requested_at"))




        def _parse_started_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                started_at_type_0 = datetime.datetime.fromisoformat(data)



                return started_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        started_at = _parse_started_at(d.pop("started_at"))


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


        def _parse_version(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        version = _parse_version(d.pop("version"))


        url = d.pop("url")

        training = cls(
            id=id,
            state=state,
            is_over=is_over,
            phase=phase,
            cause=cause,
            requested_at=requested_at,
            started_at=started_at,
            finished_at=finished_at,
            version=version,
            url=url,
        )


        training.additional_properties = d
        return training

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
