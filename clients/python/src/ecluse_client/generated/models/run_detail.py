from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.run_mode import RunMode
from ..models.run_state import RunState
from ..models.trigger import Trigger
from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.run_error import RunError
  from ..models.standing import Standing
  from ..models.verdict import Verdict





T = TypeVar("T", bound="RunDetail")



@_attrs_define
class RunDetail:
    

    id: int
    """ Its number. """
    source: str
    """ The identifier of its source. """
    state: RunState
    is_over: bool
    """ Whether nothing more will come of it by itself. """
    mode: RunMode
    since: str
    """ From where a backfill reads, in the notation of the source’s cursor; empty otherwise. """
    until: str
    """ Up to where a backfill reads, included; empty otherwise. """
    replays: int | None
    """ The run whose rejected records it reads again. """
    trigger: Trigger
    requested_at: datetime.datetime
    """ When it was asked for. """
    started_at: datetime.datetime | None
    """ When it started. """
    finished_at: datetime.datetime | None
    """ When it ended. """
    resumes_at: datetime.datetime | None
    """ Until when it is put off, if it is. """
    rows_read: int
    """ How many records were read. """
    rows_kept: int
    """ How many of them are rows now. """
    rows_rejected: int
    """ How many of them were set aside; the two make the first. """
    bytes_landed: int
    """ How much has landed, compressed, in bytes. """
    share_read: float | None
    """ How much of the source has been read, from 0 to 1; null if that is not known. """
    expected_end_at: datetime.datetime | None
    """ When it should end; null while it is too early to say. """
    standing: Standing
    error: None | RunError
    """ Why it failed, if it did. """
    url: str
    """ Where to follow it. """
    verdict: None | Verdict
    """ What its gate decided; null until it has. """
    events_url: str
    """ Its log. """
    rejections_url: str
    """ The records that it set aside. """
    segments_url: str
    """ The files that it landed. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.run_error import RunError # noqa: PLC0415
        from ..models.standing import Standing # noqa: PLC0415
        from ..models.verdict import Verdict # noqa: PLC0415
        id = self.id

        source = self.source

        state = self.state.value

        is_over = self.is_over

        mode = self.mode.value

        since = self.since

        until = self.until

        replays: int | None
        replays = self.replays

        trigger = self.trigger.value

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

        resumes_at: None | str
        if isinstance(self.resumes_at, datetime.datetime):
            resumes_at = self.resumes_at.isoformat()
        else:
            resumes_at = self.resumes_at

        rows_read = self.rows_read

        rows_kept = self.rows_kept

        rows_rejected = self.rows_rejected

        bytes_landed = self.bytes_landed

        share_read: float | None
        share_read = self.share_read

        expected_end_at: None | str
        if isinstance(self.expected_end_at, datetime.datetime):
            expected_end_at = self.expected_end_at.isoformat()
        else:
            expected_end_at = self.expected_end_at

        standing = self.standing.to_dict()

        error: dict[str, Any] | None
        if isinstance(self.error, RunError):
            error = self.error.to_dict()
        else:
            error = self.error

        url = self.url

        verdict: dict[str, Any] | None
        if isinstance(self.verdict, Verdict):
            verdict = self.verdict.to_dict()
        else:
            verdict = self.verdict

        events_url = self.events_url

        rejections_url = self.rejections_url

        segments_url = self.segments_url


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "source": source,
            "state": state,
            "is_over": is_over,
            "mode": mode,
            "since": since,
            "until": until,
            "replays": replays,
            "trigger": trigger,
            "requested_at": requested_at,
            "started_at": started_at,
            "finished_at": finished_at,
            "resumes_at": resumes_at,
            "rows_read": rows_read,
            "rows_kept": rows_kept,
            "rows_rejected": rows_rejected,
            "bytes_landed": bytes_landed,
            "share_read": share_read,
            "expected_end_at": expected_end_at,
            "standing": standing,
            "error": error,
            "url": url,
            "verdict": verdict,
            "events_url": events_url,
            "rejections_url": rejections_url,
            "segments_url": segments_url,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.run_error import RunError # noqa: PLC0415
        from ..models.standing import Standing # noqa: PLC0415
        from ..models.verdict import Verdict # noqa: PLC0415
        d = dict(src_dict)
        id = d.pop("id")

        source = d.pop("source")

        state = RunState(d.pop("state"))




        is_over = d.pop("is_over")

        mode = RunMode(d.pop("mode"))




        since = d.pop("since")

        until = d.pop("until")

        def _parse_replays(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        replays = _parse_replays(d.pop("replays"))


        trigger = Trigger(d.pop("trigger"))




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


        def _parse_resumes_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                resumes_at_type_0 = datetime.datetime.fromisoformat(data)



                return resumes_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        resumes_at = _parse_resumes_at(d.pop("resumes_at"))


        rows_read = d.pop("rows_read")

        rows_kept = d.pop("rows_kept")

        rows_rejected = d.pop("rows_rejected")

        bytes_landed = d.pop("bytes_landed")

        def _parse_share_read(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        share_read = _parse_share_read(d.pop("share_read"))


        def _parse_expected_end_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                expected_end_at_type_0 = datetime.datetime.fromisoformat(data)



                return expected_end_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        expected_end_at = _parse_expected_end_at(d.pop("expected_end_at"))


        standing = Standing.from_dict(d.pop("standing"))




        def _parse_error(data: object) -> None | RunError:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                error_type_0 = RunError.from_dict(data)



                return error_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RunError, data)

        error = _parse_error(d.pop("error"))


        url = d.pop("url")

        def _parse_verdict(data: object) -> None | Verdict:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                verdict_type_0 = Verdict.from_dict(data)



                return verdict_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Verdict, data)

        verdict = _parse_verdict(d.pop("verdict"))


        events_url = d.pop("events_url")

        rejections_url = d.pop("rejections_url")

        segments_url = d.pop("segments_url")

        run_detail = cls(
            id=id,
            source=source,
            state=state,
            is_over=is_over,
            mode=mode,
            since=since,
            until=until,
            replays=replays,
            trigger=trigger,
            requested_at=requested_at,
            started_at=started_at,
            finished_at=finished_at,
            resumes_at=resumes_at,
            rows_read=rows_read,
            rows_kept=rows_kept,
            rows_rejected=rows_rejected,
            bytes_landed=bytes_landed,
            share_read=share_read,
            expected_end_at=expected_end_at,
            standing=standing,
            error=error,
            url=url,
            verdict=verdict,
            events_url=events_url,
            rejections_url=rejections_url,
            segments_url=segments_url,
        )


        run_detail.additional_properties = d
        return run_detail

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
