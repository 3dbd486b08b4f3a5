from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.collection_runs_list_mode import CollectionRunsListMode
from ...models.collection_runs_list_state import CollectionRunsListState
from ...models.paginated_run_list import PaginatedRunList
from ...models.problem import Problem
from ...types import UNSET, Unset
from typing import cast



def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 50,
    mode: CollectionRunsListMode | Unset = UNSET,
    source: str | Unset = UNSET,
    state: CollectionRunsListState | Unset = UNSET,

) -> dict[str, Any]:
    

    

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    params["limit"] = limit

    json_mode: str | Unset = UNSET
    if not isinstance(mode, Unset):
        json_mode = mode.value

    params["mode"] = json_mode

    params["source"] = source

    json_state: str | Unset = UNSET
    if not isinstance(state, Unset):
        json_state = state.value

    params["state"] = json_state


    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}


    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/collection/runs/",
        "params": params,
    }


    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> PaginatedRunList | Problem | None:
    if response.status_code == 200:
        response_200 = PaginatedRunList.from_dict(response.json())



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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[PaginatedRunList | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 50,
    mode: CollectionRunsListMode | Unset = UNSET,
    source: str | Unset = UNSET,
    state: CollectionRunsListState | Unset = UNSET,

) -> Response[PaginatedRunList | Problem]:
    """ The runs

     Each time a source was collected, the latest first.

    Args:
        cursor (str | Unset):
        limit (int | Unset):  Default: 50.
        mode (CollectionRunsListMode | Unset):
        source (str | Unset):
        state (CollectionRunsListState | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedRunList | Problem]
     """


    kwargs = _get_kwargs(
        cursor=cursor,
limit=limit,
mode=mode,
source=source,
state=state,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 50,
    mode: CollectionRunsListMode | Unset = UNSET,
    source: str | Unset = UNSET,
    state: CollectionRunsListState | Unset = UNSET,

) -> PaginatedRunList | Problem | None:
    """ The runs

     Each time a source was collected, the latest first.

    Args:
        cursor (str | Unset):
        limit (int | Unset):  Default: 50.
        mode (CollectionRunsListMode | Unset):
        source (str | Unset):
        state (CollectionRunsListState | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedRunList | Problem
     """


    return sync_detailed(
        client=client,
cursor=cursor,
limit=limit,
mode=mode,
source=source,
state=state,

    ).parsed

async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 50,
    mode: CollectionRunsListMode | Unset = UNSET,
    source: str | Unset = UNSET,
    state: CollectionRunsListState | Unset = UNSET,

) -> Response[PaginatedRunList | Problem]:
    """ The runs

     Each time a source was collected, the latest first.

    Args:
        cursor (str | Unset):
        limit (int | Unset):  Default: 50.
        mode (CollectionRunsListMode | Unset):
        source (str | Unset):
        state (CollectionRunsListState | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedRunList | Problem]
     """


    kwargs = _get_kwargs(
        cursor=cursor,
limit=limit,
mode=mode,
source=source,
state=state,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 50,
    mode: CollectionRunsListMode | Unset = UNSET,
    source: str | Unset = UNSET,
    state: CollectionRunsListState | Unset = UNSET,

) -> PaginatedRunList | Problem | None:
    """ The runs

     Each time a source was collected, the latest first.

    Args:
        cursor (str | Unset):
        limit (int | Unset):  Default: 50.
        mode (CollectionRunsListMode | Unset):
        source (str | Unset):
        state (CollectionRunsListState | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedRunList | Problem
     """


    return (await asyncio_detailed(
        client=client,
cursor=cursor,
limit=limit,
mode=mode,
source=source,
state=state,

    )).parsed
