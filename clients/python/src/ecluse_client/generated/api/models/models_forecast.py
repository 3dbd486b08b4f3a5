from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.forecast import Forecast
from ...models.problem import Problem
from ...types import UNSET, Unset
from typing import cast



def _get_kwargs(
    slug: str,
    *,
    periods: int | Unset = UNSET,

) -> dict[str, Any]:
    

    

    params: dict[str, Any] = {}

    params["periods"] = periods


    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}


    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/models/{slug}/forecast/".format(slug=quote(str(slug), safe=""),),
        "params": params,
    }


    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Forecast | Problem | None:
    if response.status_code == 200:
        response_200 = Forecast.from_dict(response.json())



        return response_200

    if response.status_code == 400:
        response_400 = Problem.from_dict(response.json())



        return response_400

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())



        return response_401

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Forecast | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    slug: str,
    *,
    client: AuthenticatedClient,
    periods: int | Unset = UNSET,

) -> Response[Forecast | Problem]:
    """ The next periods that a model foretells

     Of a model of the task “forecasting”: what it is given of the past is read in the version of its
    dataset that is served, which whoever asks must be able to read too (with a token: `datasets:read`).
    Each answer is logged, counts for the quota and has a receipt, as those of `predict`.

    Args:
        slug (str):
        periods (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Forecast | Problem]
     """


    kwargs = _get_kwargs(
        slug=slug,
periods=periods,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    slug: str,
    *,
    client: AuthenticatedClient,
    periods: int | Unset = UNSET,

) -> Forecast | Problem | None:
    """ The next periods that a model foretells

     Of a model of the task “forecasting”: what it is given of the past is read in the version of its
    dataset that is served, which whoever asks must be able to read too (with a token: `datasets:read`).
    Each answer is logged, counts for the quota and has a receipt, as those of `predict`.

    Args:
        slug (str):
        periods (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Forecast | Problem
     """


    return sync_detailed(
        slug=slug,
client=client,
periods=periods,

    ).parsed

async def asyncio_detailed(
    slug: str,
    *,
    client: AuthenticatedClient,
    periods: int | Unset = UNSET,

) -> Response[Forecast | Problem]:
    """ The next periods that a model foretells

     Of a model of the task “forecasting”: what it is given of the past is read in the version of its
    dataset that is served, which whoever asks must be able to read too (with a token: `datasets:read`).
    Each answer is logged, counts for the quota and has a receipt, as those of `predict`.

    Args:
        slug (str):
        periods (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Forecast | Problem]
     """


    kwargs = _get_kwargs(
        slug=slug,
periods=periods,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    slug: str,
    *,
    client: AuthenticatedClient,
    periods: int | Unset = UNSET,

) -> Forecast | Problem | None:
    """ The next periods that a model foretells

     Of a model of the task “forecasting”: what it is given of the past is read in the version of its
    dataset that is served, which whoever asks must be able to read too (with a token: `datasets:read`).
    Each answer is logged, counts for the quota and has a receipt, as those of `predict`.

    Args:
        slug (str):
        periods (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Forecast | Problem
     """


    return (await asyncio_detailed(
        slug=slug,
client=client,
periods=periods,

    )).parsed
