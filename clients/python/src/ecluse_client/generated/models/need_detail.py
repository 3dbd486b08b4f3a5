from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.hosting import Hosting
from typing import cast

if TYPE_CHECKING:
  from ..models.benchmark import Benchmark
  from ..models.need_function import NeedFunction





T = TypeVar("T", bound="NeedDetail")



@_attrs_define
class NeedDetail:
    

    slug: str
    """ Its identifier, part of every address about it. """
    name: str
    """ Its name. """
    objectives: str
    """ What it must change, for whom, and how that is seen. """
    hosting: Hosting
    min_quality: float
    """ Right answers at least, between 0 and 1. """
    max_p99_s: float
    """ Seconds at most, for 99 answers in 100. """
    max_cost_eur: str
    """ Euros at most, for a thousand requests. """
    url: str
    """ Where to read more of it. """
    context: str
    """ Its context. """
    constraints: str
    """ Its constraints. """
    functions: list[NeedFunction]
    """ What is needed. """
    benchmarks: list[Benchmark]
    """ The last twenty comparisons, the latest first. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.benchmark import Benchmark # noqa: PLC0415
        from ..models.need_function import NeedFunction # noqa: PLC0415
        slug = self.slug

        name = self.name

        objectives = self.objectives

        hosting = self.hosting.value

        min_quality = self.min_quality

        max_p99_s = self.max_p99_s

        max_cost_eur = self.max_cost_eur

        url = self.url

        context = self.context

        constraints = self.constraints

        functions = []
        for functions_item_data in self.functions:
            functions_item = functions_item_data.to_dict()
            functions.append(functions_item)



        benchmarks = []
        for benchmarks_item_data in self.benchmarks:
            benchmarks_item = benchmarks_item_data.to_dict()
            benchmarks.append(benchmarks_item)




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "slug": slug,
            "name": name,
            "objectives": objectives,
            "hosting": hosting,
            "min_quality": min_quality,
            "max_p99_s": max_p99_s,
            "max_cost_eur": max_cost_eur,
            "url": url,
            "context": context,
            "constraints": constraints,
            "functions": functions,
            "benchmarks": benchmarks,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.benchmark import Benchmark # noqa: PLC0415
        from ..models.need_function import NeedFunction # noqa: PLC0415
        d = dict(src_dict)
        slug = d.pop("slug")

        name = d.pop("name")

        objectives = d.pop("objectives")

        hosting = Hosting(d.pop("hosting"))




        min_quality = d.pop("min_quality")

        max_p99_s = d.pop("max_p99_s")

        max_cost_eur = d.pop("max_cost_eur")

        url = d.pop("url")

        context = d.pop("context")

        constraints = d.pop("constraints")

        functions = []
        _functions = d.pop("functions")
        for functions_item_data in (_functions):
            functions_item = NeedFunction.from_dict(functions_item_data)



            functions.append(functions_item)


        benchmarks = []
        _benchmarks = d.pop("benchmarks")
        for benchmarks_item_data in (_benchmarks):
            benchmarks_item = Benchmark.from_dict(benchmarks_item_data)



            benchmarks.append(benchmarks_item)


        need_detail = cls(
            slug=slug,
            name=name,
            objectives=objectives,
            hosting=hosting,
            min_quality=min_quality,
            max_p99_s=max_p99_s,
            max_cost_eur=max_cost_eur,
            url=url,
            context=context,
            constraints=constraints,
            functions=functions,
            benchmarks=benchmarks,
        )


        need_detail.additional_properties = d
        return need_detail

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
