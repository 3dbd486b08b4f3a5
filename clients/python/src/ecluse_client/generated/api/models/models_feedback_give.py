from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.feedback import Feedback
from ...models.opinion_request import OpinionRequest
from ...models.problem import Problem
from typing import cast



def _get_kwargs(
    slug: str,
    *,
    body: OpinionRequest,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}


    

    

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v1/models/{slug}/feedback/".format(slug=quote(str(slug), safe=""),),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Feedback | Problem | None:
    if response.status_code == 201:
        response_201 = Feedback.from_dict(response.json())



        return response_201

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

    if response.status_code == 409:
        response_409 = Problem.from_dict(response.json())



        return response_409

    if response.status_code == 413:
        response_413 = Problem.from_dict(response.json())



        return response_413

    if response.status_code == 415:
        response_415 = Problem.from_dict(response.json())



        return response_415

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Feedback | Problem]:
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
    body: OpinionRequest,

) -> Response[Feedback | Problem]:
    """ Say whether an answer is right

     By the receipt that came with the answer. Sent again, it replaces what you said of it, until
    somebody reviews it. A person reads it before anything is learnt from it; `inputs`, what you had
    asked, is what can be learnt from: give it only if it may be read.

    Args:
        slug (str):
        body (OpinionRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Feedback | Problem]
     """


    kwargs = _get_kwargs(
        slug=slug,
body=body,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    slug: str,
    *,
    client: AuthenticatedClient,
    body: OpinionRequest,

) -> Feedback | Problem | None:
    """ Say whether an answer is right

     By the receipt that came with the answer. Sent again, it replaces what you said of it, until
    somebody reviews it. A person reads it before anything is learnt from it; `inputs`, what you had
    asked, is what can be learnt from: give it only if it may be read.

    Args:
        slug (str):
        body (OpinionRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Feedback | Problem
     """


    return sync_detailed(
        slug=slug,
client=client,
body=body,

    ).parsed

async def asyncio_detailed(
    slug: str,
    *,
    client: AuthenticatedClient,
    body: OpinionRequest,

) -> Response[Feedback | Problem]:
    """ Say whether an answer is right

     By the receipt that came with the answer. Sent again, it replaces what you said of it, until
    somebody reviews it. A person reads it before anything is learnt from it; `inputs`, what you had
    asked, is what can be learnt from: give it only if it may be read.

    Args:
        slug (str):
        body (OpinionRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Feedback | Problem]
     """


    kwargs = _get_kwargs(
        slug=slug,
body=body,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    slug: str,
    *,
    client: AuthenticatedClient,
    body: OpinionRequest,

) -> Feedback | Problem | None:
    """ Say whether an answer is right

     By the receipt that came with the answer. Sent again, it replaces what you said of it, until
    somebody reviews it. A person reads it before anything is learnt from it; `inputs`, what you had
    asked, is what can be learnt from: give it only if it may be read.

    Args:
        slug (str):
        body (OpinionRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Feedback | Problem
     """


    return (await asyncio_detailed(
        slug=slug,
client=client,
body=body,

    )).parsed
