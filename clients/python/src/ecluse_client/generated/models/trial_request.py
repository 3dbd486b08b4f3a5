from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast

if TYPE_CHECKING:
  from ..models.trial_request_secrets import TrialRequestSecrets
  from ..models.trial_request_settings import TrialRequestSettings





T = TypeVar("T", bound="TrialRequest")



@_attrs_define
class TrialRequest:
    

    settings: TrialRequestSettings | Unset = UNSET
    """ Settings to try, all of them, without secrets. """
    secrets: TrialRequestSecrets | Unset = UNSET
    """ Secrets to try, by name. Nothing of them is kept. """





    def to_dict(self) -> dict[str, Any]:
        from ..models.trial_request_secrets import TrialRequestSecrets # noqa: PLC0415
        from ..models.trial_request_settings import TrialRequestSettings # noqa: PLC0415
        settings: dict[str, Any] | Unset = UNSET
        if not isinstance(self.settings, Unset):
            settings = self.settings.to_dict()

        secrets: dict[str, Any] | Unset = UNSET
        if not isinstance(self.secrets, Unset):
            secrets = self.secrets.to_dict()


        field_dict: dict[str, Any] = {}

        field_dict.update({
        })
        if settings is not UNSET:
            field_dict["settings"] = settings
        if secrets is not UNSET:
            field_dict["secrets"] = secrets

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.trial_request_secrets import TrialRequestSecrets # noqa: PLC0415
        from ..models.trial_request_settings import TrialRequestSettings # noqa: PLC0415
        d = dict(src_dict)
        _settings = d.pop("settings", UNSET)
        settings: TrialRequestSettings | Unset
        if isinstance(_settings,  Unset):
            settings = UNSET
        else:
            settings = TrialRequestSettings.from_dict(_settings)




        _secrets = d.pop("secrets", UNSET)
        secrets: TrialRequestSecrets | Unset
        if isinstance(_secrets,  Unset):
            secrets = UNSET
        else:
            secrets = TrialRequestSecrets.from_dict(_secrets)




        trial_request = cls(
            settings=settings,
            secrets=secrets,
        )

        return trial_request

