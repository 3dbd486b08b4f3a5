from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.kind import Kind
from ..types import UNSET, Unset
from typing import cast

if TYPE_CHECKING:
  from ..models.new_trial_request_secrets import NewTrialRequestSecrets
  from ..models.new_trial_request_settings import NewTrialRequestSettings





T = TypeVar("T", bound="NewTrialRequest")



@_attrs_define
class NewTrialRequest:
    

    settings: NewTrialRequestSettings
    """ Settings to try, without secrets; the kind says which there are. """
    kind: Kind
    secrets: NewTrialRequestSecrets | Unset = UNSET
    """ Secrets to try, by name. Nothing of them is kept. """





    def to_dict(self) -> dict[str, Any]:
        from ..models.new_trial_request_secrets import NewTrialRequestSecrets # noqa: PLC0415
        from ..models.new_trial_request_settings import NewTrialRequestSettings # noqa: PLC0415
        settings = self.settings.to_dict()

        kind = self.kind.value

        secrets: dict[str, Any] | Unset = UNSET
        if not isinstance(self.secrets, Unset):
            secrets = self.secrets.to_dict()


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "settings": settings,
            "kind": kind,
        })
        if secrets is not UNSET:
            field_dict["secrets"] = secrets

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.new_trial_request_secrets import NewTrialRequestSecrets # noqa: PLC0415
        from ..models.new_trial_request_settings import NewTrialRequestSettings # noqa: PLC0415
        d = dict(src_dict)
        settings = NewTrialRequestSettings.from_dict(d.pop("settings"))




        kind = Kind(d.pop("kind"))




        _secrets = d.pop("secrets", UNSET)
        secrets: NewTrialRequestSecrets | Unset
        if isinstance(_secrets,  Unset):
            secrets = UNSET
        else:
            secrets = NewTrialRequestSecrets.from_dict(_secrets)




        new_trial_request = cls(
            settings=settings,
            kind=kind,
            secrets=secrets,
        )

        return new_trial_request

