from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.collection_runs_rejections_reason import CollectionRunsRejectionsReason
from ...models.paginated_rejection_list import PaginatedRejectionList
from ...models.problem import Problem
from ...types import UNSET, Unset
from typing import cast



def _get_kwargs(
    id: int,
    *,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 50,
    reason: CollectionRunsRejectionsReason | Unset = UNSET,

) -> dict[str, Any]:
    

    

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    params["limit"] = limit

    json_reason: str | Unset = UNSET
    if not isinstance(reason, Unset):
        json_reason = reason.value

    params["reason"] = json_reason


    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}


    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/collection/runs/{id}/rejections/".format(id=quote(str(id), safe=""),),
        "params": params,
    }


    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> PaginatedRejectionList | Problem | None:
    if response.status_code == 200:
        response_200 = PaginatedRejectionList.from_dict(response.json())



        return response_200

    if response.status_code == 400:
        response_400 = Problem.from_dict(response.json())



        return response_400

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())



        return response_401

    if response.status_code == 403:
        response_403 = Problem.from_dict(response.json())



        return response_403

    if response.status_code == 404:
        response_404 = Problem.from_dict(response.json())



        return response_404

    if response.status_code == 405:
        response_405 = Problem.from_dict(response.json())



        return response_405

    if response.status_code == 406:
        response_406 = Problem.from_dict(response.json())



        return response_406

    if response.status_code == 429:
        response_429 = Problem.from_dict(response.json())



        return response_429

    if response.status_code == 500:
        response_500 = Problem.from_dict(response.json())



        return response_500

    if response.status_code == 503:
        response_503 = Problem.from_dict(response.json())



        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[PaginatedRejectionList | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    id: int,
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 50,
    reason: CollectionRunsRejectionsReason | Unset = UNSET,

) -> Response[PaginatedRejectionList | Problem]:
    """ The rejected records of a run

     What was read and did not become rows, why, and its text where the source lets it be kept.

    Args:
        id (int):
        cursor (str | Unset):
        limit (int | Unset):  Default: 50.
        reason (CollectionRunsRejectionsReason | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedRejectionList | Problem]
     """


    kwargs = _get_kwargs(
        id=id,
cursor=cursor,
limit=limit,
reason=reason,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    id: int,
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 50,
    reason: CollectionRunsRejectionsReason | Unset = UNSET,

) -> PaginatedRejectionList | Problem | None:
    """ The rejected records of a run

     What was read and did not become rows, why, and its text where the source lets it be kept.

    Args:
        id (int):
        cursor (str | Unset):
        limit (int | Unset):  Default: 50.
        reason (CollectionRunsRejectionsReason | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedRejectionList | Problem
     """


    return sync_detailed(
        id=id,
client=client,
cursor=cursor,
limit=limit,
reason=reason,

    ).parsed

async def asyncio_detailed(
    id: int,
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 50,
    reason: CollectionRunsRejectionsReason | Unset = UNSET,

) -> Response[PaginatedRejectionList | Problem]:
    """ The rejected records of a run

     What was read and did not become rows, why, and its text where the source lets it be kept.

    Args:
        id (int):
        cursor (str | Unset):
        limit (int | Unset):  Default: 50.
        reason (CollectionRunsRejectionsReason | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedRejectionList | Problem]
     """


    kwargs = _get_kwargs(
        id=id,
cursor=cursor,
limit=limit,
reason=reason,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    id: int,
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 50,
    reason: CollectionRunsRejectionsReason | Unset = UNSET,

) -> PaginatedRejectionList | Problem | None:
    """ The rejected records of a run

     What was read and did not become rows, why, and its text where the source lets it be kept.

    Args:
        id (int):
        cursor (str | Unset):
        limit (int | Unset):  Default: 50.
        reason (CollectionRunsRejectionsReason | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedRejectionList | Problem
     """


    return (await asyncio_detailed(
        id=id,
client=client,
cursor=cursor,
limit=limit,
reason=reason,

    )).parsed
