from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.datasets_entity_rows_write_body_type_0 import DatasetsEntityRowsWriteBodyType0
from ...models.datasets_entity_rows_write_body_type_1_item import DatasetsEntityRowsWriteBodyType1Item
from ...models.problem import Problem
from ...models.receipt import Receipt
from ...types import UNSET, Unset
from typing import cast



def _get_kwargs(
    slug: str,
    entity: str,
    *,
    body: DatasetsEntityRowsWriteBodyType0 | list[DatasetsEntityRowsWriteBodyType1Item] | Unset = UNSET,
    idempotency_key: str,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["Idempotency-Key"] = idempotency_key



    

    

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v1/datasets/{slug}/{entity}/rows/".format(slug=quote(str(slug), safe=""),entity=quote(str(entity), safe=""),),
    }

    
    if isinstance(body, DatasetsEntityRowsWriteBodyType0):
        _kwargs["json"] = body.to_dict()
    else:
        _kwargs["json"] = []
        for body_type_1_item_data in body:
            body_type_1_item = body_type_1_item_data.to_dict()
            _kwargs["json"].append(body_type_1_item)




    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Problem | Receipt | None:
    if response.status_code == 202:
        response_202 = Receipt.from_dict(response.json())



        return response_202

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Problem | Receipt]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    slug: str,
    entity: str,
    *,
    client: AuthenticatedClient,
    body: DatasetsEntityRowsWriteBodyType0 | list[DatasetsEntityRowsWriteBodyType1Item] | Unset = UNSET,
    idempotency_key: str,

) -> Response[Problem | Receipt]:
    """ Write rows

     Rows of an entity whose recipe takes what is received: one, or a list of 500 at most. They are
    judged at once by the recipe, the types and the rules that a build applies: all are kept or none is,
    and what is wrong is told field by field. They are read in the next version that is built. A key
    that is published already is only seen then.

    Args:
        slug (str):
        entity (str):
        idempotency_key (str):
        body (DatasetsEntityRowsWriteBodyType0 | list[DatasetsEntityRowsWriteBodyType1Item] |
            Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | Receipt]
     """


    kwargs = _get_kwargs(
        slug=slug,
entity=entity,
body=body,
idempotency_key=idempotency_key,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    slug: str,
    entity: str,
    *,
    client: AuthenticatedClient,
    body: DatasetsEntityRowsWriteBodyType0 | list[DatasetsEntityRowsWriteBodyType1Item] | Unset = UNSET,
    idempotency_key: str,

) -> Problem | Receipt | None:
    """ Write rows

     Rows of an entity whose recipe takes what is received: one, or a list of 500 at most. They are
    judged at once by the recipe, the types and the rules that a build applies: all are kept or none is,
    and what is wrong is told field by field. They are read in the next version that is built. A key
    that is published already is only seen then.

    Args:
        slug (str):
        entity (str):
        idempotency_key (str):
        body (DatasetsEntityRowsWriteBodyType0 | list[DatasetsEntityRowsWriteBodyType1Item] |
            Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | Receipt
     """


    return sync_detailed(
        slug=slug,
entity=entity,
client=client,
body=body,
idempotency_key=idempotency_key,

    ).parsed

async def asyncio_detailed(
    slug: str,
    entity: str,
    *,
    client: AuthenticatedClient,
    body: DatasetsEntityRowsWriteBodyType0 | list[DatasetsEntityRowsWriteBodyType1Item] | Unset = UNSET,
    idempotency_key: str,

) -> Response[Problem | Receipt]:
    """ Write rows

     Rows of an entity whose recipe takes what is received: one, or a list of 500 at most. They are
    judged at once by the recipe, the types and the rules that a build applies: all are kept or none is,
    and what is wrong is told field by field. They are read in the next version that is built. A key
    that is published already is only seen then.

    Args:
        slug (str):
        entity (str):
        idempotency_key (str):
        body (DatasetsEntityRowsWriteBodyType0 | list[DatasetsEntityRowsWriteBodyType1Item] |
            Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | Receipt]
     """


    kwargs = _get_kwargs(
        slug=slug,
entity=entity,
body=body,
idempotency_key=idempotency_key,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    slug: str,
    entity: str,
    *,
    client: AuthenticatedClient,
    body: DatasetsEntityRowsWriteBodyType0 | list[DatasetsEntityRowsWriteBodyType1Item] | Unset = UNSET,
    idempotency_key: str,

) -> Problem | Receipt | None:
    """ Write rows

     Rows of an entity whose recipe takes what is received: one, or a list of 500 at most. They are
    judged at once by the recipe, the types and the rules that a build applies: all are kept or none is,
    and what is wrong is told field by field. They are read in the next version that is built. A key
    that is published already is only seen then.

    Args:
        slug (str):
        entity (str):
        idempotency_key (str):
        body (DatasetsEntityRowsWriteBodyType0 | list[DatasetsEntityRowsWriteBodyType1Item] |
            Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | Receipt
     """


    return (await asyncio_detailed(
        slug=slug,
entity=entity,
client=client,
body=body,
idempotency_key=idempotency_key,

    )).parsed
