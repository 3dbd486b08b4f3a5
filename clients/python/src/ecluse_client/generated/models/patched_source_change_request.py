from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.blank import Blank
from ..models.legal_basis import LegalBasis
from ..models.load_mode import LoadMode
from ..types import UNSET, Unset
from typing import cast

if TYPE_CHECKING:
  from ..models.contract_request import ContractRequest
  from ..models.patched_source_change_request_secrets import PatchedSourceChangeRequestSecrets
  from ..models.patched_source_change_request_settings import PatchedSourceChangeRequestSettings
  from ..models.schedule_request import ScheduleRequest
  from ..models.sheet_request import SheetRequest





T = TypeVar("T", bound="PatchedSourceChangeRequest")



@_attrs_define
class PatchedSourceChangeRequest:
    

    name: str | Unset = UNSET
    """ Its name. """
    description: str | Unset = UNSET
    """ What it is. """
    settings: PatchedSourceChangeRequestSettings | Unset = UNSET
    """ The settings of its connector, all of them, without secrets; its kind says which there are. """
    secrets: PatchedSourceChangeRequestSecrets | Unset = UNSET
    """ Secrets by name, never told again. Those that are left out stay; null removes one. """
    purpose: str | Unset = UNSET
    """ What this data is for. """
    legal_basis: Blank | LegalBasis | Unset = UNSET
    """ By what right it is collected. """
    columns: list[str] | Unset = UNSET
    """ The columns to collect, as the source writes them; none: all of them. """
    retention_days: int | Unset = UNSET
    """ After how many days what was collected is deleted. """
    is_rejected_text_kept: bool | Unset = UNSET
    """ Whether the text of rejected records is kept, or only their place and the reason. """
    max_rejected_rows: int | None | Unset = UNSET
    """ How many records may be rejected; null: no limit. """
    max_rejected_share: float | Unset = UNSET
    """ Which share of the records may be rejected, in %. """
    mode: LoadMode | Unset = UNSET
    key_columns: list[str] | Unset = UNSET
    """ The columns that identify a record. """
    parallel_parts: int | Unset = UNSET
    """ How many of its parts are read at the same time. """
    max_rows: int | None | Unset = UNSET
    """ How many records a run may read. """
    max_minutes: int | None | Unset = UNSET
    """ How long a run may last. """
    max_megabytes: int | None | Unset = UNSET
    """ How much a run may land, compressed, in megabytes. """
    schedule: ScheduleRequest | Unset = UNSET
    contract: ContractRequest | Unset = UNSET
    sheet: SheetRequest | Unset = UNSET





    def to_dict(self) -> dict[str, Any]:
        from ..models.contract_request import ContractRequest # noqa: PLC0415
        from ..models.patched_source_change_request_secrets import PatchedSourceChangeRequestSecrets # noqa: PLC0415
        from ..models.patched_source_change_request_settings import PatchedSourceChangeRequestSettings # noqa: PLC0415
        from ..models.schedule_request import ScheduleRequest # noqa: PLC0415
        from ..models.sheet_request import SheetRequest # noqa: PLC0415
        name = self.name

        description = self.description

        settings: dict[str, Any] | Unset = UNSET
        if not isinstance(self.settings, Unset):
            settings = self.settings.to_dict()

        secrets: dict[str, Any] | Unset = UNSET
        if not isinstance(self.secrets, Unset):
            secrets = self.secrets.to_dict()

        purpose = self.purpose

        legal_basis: str | Unset
        if isinstance(self.legal_basis, Unset):
            legal_basis = UNSET
        elif isinstance(self.legal_basis, LegalBasis):
            legal_basis = self.legal_basis.value
        else:
            legal_basis = self.legal_basis.value


        columns: list[str] | Unset = UNSET
        if not isinstance(self.columns, Unset):
            columns = self.columns



        retention_days = self.retention_days

        is_rejected_text_kept = self.is_rejected_text_kept

        max_rejected_rows: int | None | Unset
        if isinstance(self.max_rejected_rows, Unset):
            max_rejected_rows = UNSET
        else:
            max_rejected_rows = self.max_rejected_rows

        max_rejected_share = self.max_rejected_share

        mode: str | Unset = UNSET
        if not isinstance(self.mode, Unset):
            mode = self.mode.value


        key_columns: list[str] | Unset = UNSET
        if not isinstance(self.key_columns, Unset):
            key_columns = self.key_columns



        parallel_parts = self.parallel_parts

        max_rows: int | None | Unset
        if isinstance(self.max_rows, Unset):
            max_rows = UNSET
        else:
            max_rows = self.max_rows

        max_minutes: int | None | Unset
        if isinstance(self.max_minutes, Unset):
            max_minutes = UNSET
        else:
            max_minutes = self.max_minutes

        max_megabytes: int | None | Unset
        if isinstance(self.max_megabytes, Unset):
            max_megabytes = UNSET
        else:
            max_megabytes = self.max_megabytes

        schedule: dict[str, Any] | Unset = UNSET
        if not isinstance(self.schedule, Unset):
            schedule = self.schedule.to_dict()

        contract: dict[str, Any] | Unset = UNSET
        if not isinstance(self.contract, Unset):
            contract = self.contract.to_dict()

        sheet: dict[str, Any] | Unset = UNSET
        if not isinstance(self.sheet, Unset):
            sheet = self.sheet.to_dict()


        field_dict: dict[str, Any] = {}

        field_dict.update({
        })
        if name is not UNSET:
            field_dict["name"] = name
        if description is not UNSET:
            field_dict["description"] = description
        if settings is not UNSET:
            field_dict["settings"] = settings
        if secrets is not UNSET:
            field_dict["secrets"] = secrets
        if purpose is not UNSET:
            field_dict["purpose"] = purpose
        if legal_basis is not UNSET:
            field_dict["legal_basis"] = legal_basis
        if columns is not UNSET:
            field_dict["columns"] = columns
        if retention_days is not UNSET:
            field_dict["retention_days"] = retention_days
        if is_rejected_text_kept is not UNSET:
            field_dict["is_rejected_text_kept"] = is_rejected_text_kept
        if max_rejected_rows is not UNSET:
            field_dict["max_rejected_rows"] = max_rejected_rows
        if max_rejected_share is not UNSET:
            field_dict["max_rejected_share"] = max_rejected_share
        if mode is not UNSET:
            field_dict["mode"] = mode
        if key_columns is not UNSET:
            field_dict["key_columns"] = key_columns
        if parallel_parts is not UNSET:
            field_dict["parallel_parts"] = parallel_parts
        if max_rows is not UNSET:
            field_dict["max_rows"] = max_rows
        if max_minutes is not UNSET:
            field_dict["max_minutes"] = max_minutes
        if max_megabytes is not UNSET:
            field_dict["max_megabytes"] = max_megabytes
        if schedule is not UNSET:
            field_dict["schedule"] = schedule
        if contract is not UNSET:
            field_dict["contract"] = contract
        if sheet is not UNSET:
            field_dict["sheet"] = sheet

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.contract_request import ContractRequest # noqa: PLC0415
        from ..models.patched_source_change_request_secrets import PatchedSourceChangeRequestSecrets # noqa: PLC0415
        from ..models.patched_source_change_request_settings import PatchedSourceChangeRequestSettings # noqa: PLC0415
        from ..models.schedule_request import ScheduleRequest # noqa: PLC0415
        from ..models.sheet_request import SheetRequest # noqa: PLC0415
        d = dict(src_dict)
        name = d.pop("name", UNSET)

        description = d.pop("description", UNSET)

        _settings = d.pop("settings", UNSET)
        settings: PatchedSourceChangeRequestSettings | Unset
        if isinstance(_settings,  Unset):
            settings = UNSET
        else:
            settings = PatchedSourceChangeRequestSettings.from_dict(_settings)




        _secrets = d.pop("secrets", UNSET)
        secrets: PatchedSourceChangeRequestSecrets | Unset
        if isinstance(_secrets,  Unset):
            secrets = UNSET
        else:
            secrets = PatchedSourceChangeRequestSecrets.from_dict(_secrets)




        purpose = d.pop("purpose", UNSET)

        def _parse_legal_basis(data: object) -> Blank | LegalBasis | Unset:
            if isinstance(data, Unset):
                return data
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

        legal_basis = _parse_legal_basis(d.pop("legal_basis", UNSET))


        columns = cast(list[str], d.pop("columns", UNSET))


        retention_days = d.pop("retention_days", UNSET)

        is_rejected_text_kept = d.pop("is_rejected_text_kept", UNSET)

        def _parse_max_rejected_rows(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_rejected_rows = _parse_max_rejected_rows(d.pop("max_rejected_rows", UNSET))


        max_rejected_share = d.pop("max_rejected_share", UNSET)

        _mode = d.pop("mode", UNSET)
        mode: LoadMode | Unset
        if isinstance(_mode,  Unset):
            mode = UNSET
        else:
            mode = LoadMode(_mode)




        key_columns = cast(list[str], d.pop("key_columns", UNSET))


        parallel_parts = d.pop("parallel_parts", UNSET)

        def _parse_max_rows(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_rows = _parse_max_rows(d.pop("max_rows", UNSET))


        def _parse_max_minutes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_minutes = _parse_max_minutes(d.pop("max_minutes", UNSET))


        def _parse_max_megabytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_megabytes = _parse_max_megabytes(d.pop("max_megabytes", UNSET))


        _schedule = d.pop("schedule", UNSET)
        schedule: ScheduleRequest | Unset
        if isinstance(_schedule,  Unset):
            schedule = UNSET
        else:
            schedule = ScheduleRequest.from_dict(_schedule)




        _contract = d.pop("contract", UNSET)
        contract: ContractRequest | Unset
        if isinstance(_contract,  Unset):
            contract = UNSET
        else:
            contract = ContractRequest.from_dict(_contract)




        _sheet = d.pop("sheet", UNSET)
        sheet: SheetRequest | Unset
        if isinstance(_sheet,  Unset):
            sheet = UNSET
        else:
            sheet = SheetRequest.from_dict(_sheet)




        patched_source_change_request = cls(
            name=name,
            description=description,
            settings=settings,
            secrets=secrets,
            purpose=purpose,
            legal_basis=legal_basis,
            columns=columns,
            retention_days=retention_days,
            is_rejected_text_kept=is_rejected_text_kept,
            max_rejected_rows=max_rejected_rows,
            max_rejected_share=max_rejected_share,
            mode=mode,
            key_columns=key_columns,
            parallel_parts=parallel_parts,
            max_rows=max_rows,
            max_minutes=max_minutes,
            max_megabytes=max_megabytes,
            schedule=schedule,
            contract=contract,
            sheet=sheet,
        )

        return patched_source_change_request

