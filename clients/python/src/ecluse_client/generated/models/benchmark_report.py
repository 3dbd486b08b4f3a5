from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.training_state import TrainingState
from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.result import Result
  from ..models.service_set_aside import ServiceSetAside





T = TypeVar("T", bound="BenchmarkReport")



@_attrs_define
class BenchmarkReport:
    

    need: Any
    """ The need, as it was when the comparison was asked for. """
    state: TrainingState
    started_at: datetime.datetime | None
    """ When it started. """
    finished_at: datetime.datetime | None
    """ When it was over. """
    results: list[Result]
    """ Those that fit the need first. """
    set_aside: list[ServiceSetAside]
    """ The services that were not studied. """
    advice: str
    """ Which service to take, in words; empty until it is over. """
    conclusion: str
    """ What people decided of it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.result import Result # noqa: PLC0415
        from ..models.service_set_aside import ServiceSetAside # noqa: PLC0415
        need = self.need

        state = self.state.value

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

        results = []
        for results_item_data in self.results:
            results_item = results_item_data.to_dict()
            results.append(results_item)



        set_aside = []
        for set_aside_item_data in self.set_aside:
            set_aside_item = set_aside_item_data.to_dict()
            set_aside.append(set_aside_item)



        advice = self.advice

        conclusion = self.conclusion


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "need": need,
            "state": state,
            "started_at": started_at,
            "finished_at": finished_at,
            "results": results,
            "set_aside": set_aside,
            "advice": advice,
            "conclusion": conclusion,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.result import Result # noqa: PLC0415
        from ..models.service_set_aside import ServiceSetAside # noqa: PLC0415
        d = dict(src_dict)
        need = d.pop("need")

        state = TrainingState(d.pop("state"))




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


        results = []
        _results = d.pop("results")
        for results_item_data in (_results):
            results_item = Result.from_dict(results_item_data)



            results.append(results_item)


        set_aside = []
        _set_aside = d.pop("set_aside")
        for set_aside_item_data in (_set_aside):
            set_aside_item = ServiceSetAside.from_dict(set_aside_item_data)



            set_aside.append(set_aside_item)


        advice = d.pop("advice")

        conclusion = d.pop("conclusion")

        benchmark_report = cls(
            need=need,
            state=state,
            started_at=started_at,
            finished_at=finished_at,
            results=results,
            set_aside=set_aside,
            advice=advice,
            conclusion=conclusion,
        )


        benchmark_report.additional_properties = d
        return benchmark_report

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
