from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.blank import Blank
from ..models.legal_basis import LegalBasis
from ..models.load_mode import LoadMode
from ..models.source_state import SourceState
from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.contract import Contract
  from ..models.planned_schedule import PlannedSchedule
  from ..models.sheet import Sheet
  from ..models.source_detail_settings import SourceDetailSettings
  from ..models.standing import Standing





T = TypeVar("T", bound="SourceDetail")



@_attrs_define
class SourceDetail:
    

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
    settings: SourceDetailSettings
    """ The settings of its connector, without secrets; the kinds of sources say which there are. """
    secrets: list[str]
    """ The names of the secrets that are set. Their values are never told. """
    purpose: str
    """ What this data is for. """
    legal_basis: Blank | LegalBasis
    """ By what right it is collected; empty if nobody said. """
    columns: list[str]
    """ The columns to collect; none: all of them. """
    retention_days: int
    """ After how many days what was collected is deleted. """
    is_rejected_text_kept: bool
    """ Whether the text of rejected records is kept. """
    max_rejected_rows: int | None
    """ How many records may be rejected. """
    max_rejected_share: float
    """ Which share of the records may be rejected, in %. """
    key_columns: list[str]
    """ The columns that identify a record. """
    parallel_parts: int
    """ How many of its parts are read at the same time. """
    max_rows: int | None
    """ How many records a run may read. """
    max_minutes: int | None
    """ How long a run may last. """
    max_megabytes: int | None
    """ How much a run may land, in megabytes. """
    schedule: PlannedSchedule
    contract: Contract
    sheet: Sheet
    created_at: datetime.datetime
    """ When it was made. """
    updated_at: datetime.datetime
    """ When it was last changed. """
    runs_url: str
    """ Where its runs are listed. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.contract import Contract # noqa: PLC0415
        from ..models.planned_schedule import PlannedSchedule # noqa: PLC0415
        from ..models.sheet import Sheet # noqa: PLC0415
        from ..models.source_detail_settings import SourceDetailSettings # noqa: PLC0415
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

        settings = self.settings.to_dict()

        secrets = self.secrets



        purpose = self.purpose

        legal_basis: str
        if isinstance(self.legal_basis, LegalBasis):
            legal_basis = self.legal_basis.value
        else:
            legal_basis = self.legal_basis.value


        columns = self.columns



        retention_days = self.retention_days

        is_rejected_text_kept = self.is_rejected_text_kept

        max_rejected_rows: int | None
        max_rejected_rows = self.max_rejected_rows

        max_rejected_share = self.max_rejected_share

        key_columns = self.key_columns



        parallel_parts = self.parallel_parts

        max_rows: int | None
        max_rows = self.max_rows

        max_minutes: int | None
        max_minutes = self.max_minutes

        max_megabytes: int | None
        max_megabytes = self.max_megabytes

        schedule = self.schedule.to_dict()

        contract = self.contract.to_dict()

        sheet = self.sheet.to_dict()

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        runs_url = self.runs_url


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
            "settings": settings,
            "secrets": secrets,
            "purpose": purpose,
            "legal_basis": legal_basis,
            "columns": columns,
            "retention_days": retention_days,
            "is_rejected_text_kept": is_rejected_text_kept,
            "max_rejected_rows": max_rejected_rows,
            "max_rejected_share": max_rejected_share,
            "key_columns": key_columns,
            "parallel_parts": parallel_parts,
            "max_rows": max_rows,
            "max_minutes": max_minutes,
            "max_megabytes": max_megabytes,
            "schedule": schedule,
            "contract": contract,
            "sheet": sheet,
            "created_at": created_at,
            "updated_at": updated_at,
            "runs_url": runs_url,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.contract import Contract # noqa: PLC0415
        from ..models.planned_schedule import PlannedSchedule # noqa: PLC0415
        from ..models.sheet import Sheet # noqa: PLC0415
        from ..models.source_detail_settings import SourceDetailSettings # noqa: PLC0415
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

        settings = SourceDetailSettings.from_dict(d.pop("settings"))




        secrets = cast(list[str], d.pop("secrets"))


        purpose = d.pop("purpose")

        def _parse_legal_basis(data: object) -> Blank | LegalBasis:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                legal_basis_type_0 = LegalBasis(data)



                return legal_basis_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, str):
                raise TypeError()
            legal_basis_type_1 = Blank(data)



            return legal_basis_type_1

        legal_basis = _parse_legal_basis(d.pop("legal_basis"))


        columns = cast(list[str], d.pop("columns"))


        retention_days = d.pop("retention_days")

        is_rejected_text_kept = d.pop("is_rejected_text_kept")

        def _parse_max_rejected_rows(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        max_rejected_rows = _parse_max_rejected_rows(d.pop("max_rejected_rows"))


        max_rejected_share = d.pop("max_rejected_share")

        key_columns = cast(list[str], d.pop("key_columns"))


        parallel_parts = d.pop("parallel_parts")

        def _parse_max_rows(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        max_rows = _parse_max_rows(d.pop("max_rows"))


        def _parse_max_minutes(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        max_minutes = _parse_max_minutes(d.pop("max_minutes"))


        def _parse_max_megabytes(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        max_megabytes = _parse_max_megabytes(d.pop("max_megabytes"))


        schedule = PlannedSchedule.from_dict(d.pop("schedule"))




        contract = Contract.from_dict(d.pop("contract"))




        sheet = Sheet.from_dict(d.pop("sheet"))




        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))




        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))




        runs_url = d.pop("runs_url")

        source_detail = cls(
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
            settings=settings,
            secrets=secrets,
            purpose=purpose,
            legal_basis=legal_basis,
            columns=columns,
            retention_days=retention_days,
            is_rejected_text_kept=is_rejected_text_kept,
            max_rejected_rows=max_rejected_rows,
            max_rejected_share=max_rejected_share,
            key_columns=key_columns,
            parallel_parts=parallel_parts,
            max_rows=max_rows,
            max_minutes=max_minutes,
            max_megabytes=max_megabytes,
            schedule=schedule,
            contract=contract,
            sheet=sheet,
            created_at=created_at,
            updated_at=updated_at,
            runs_url=runs_url,
        )


        source_detail.additional_properties = d
        return source_detail

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
