from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.create_agent_request import CreateAgentRequest
from ...models.create_agent_response import CreateAgentResponse
from ...models.error import Error
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: CreateAgentRequest,
    source: str | Unset = UNSET,
    version: str = "2021-07-28",
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["Version"] = version

    params: dict[str, Any] = {}

    params["source"] = source

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/agent-studio/agent",
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> CreateAgentResponse | Error | None:
    if response.status_code == 201:
        response_201 = CreateAgentResponse.from_dict(response.json())

        return response_201

    if response.status_code == 400:
        response_400 = Error.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Error.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Error.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = Error.from_dict(response.json())

        return response_404

    if response.status_code == 405:
        response_405 = Error.from_dict(response.json())

        return response_405

    if response.status_code == 413:
        response_413 = Error.from_dict(response.json())

        return response_413

    if response.status_code == 415:
        response_415 = Error.from_dict(response.json())

        return response_415

    if response.status_code == 422:
        response_422 = Error.from_dict(response.json())

        return response_422

    if response.status_code == 429:
        response_429 = Error.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = Error.from_dict(response.json())

        return response_500

    if response.status_code == 502:
        response_502 = Error.from_dict(response.json())

        return response_502

    if response.status_code == 503:
        response_503 = Error.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[CreateAgentResponse | Error]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: CreateAgentRequest,
    source: str | Unset = UNSET,
    version: str = "2021-07-28",
) -> Response[CreateAgentResponse | Error]:
    """Create an agent

     Creates an agent with one version, whose state is `staging`. Nothing can be executed until a version
    is
    published with `promoteAndPublish`.

    Leave nodes and edges to `updateAgentVersion`: the service was observed to fail on them here.

    Args:
        source (str | Unset): A free label of where the call comes from, such as "api".
        version (str): The version of the API that the client was written for. Default:
            '2021-07-28'.
        body (CreateAgentRequest): A new agent.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CreateAgentResponse | Error]
    """

    kwargs = _get_kwargs(
        body=body,
        source=source,
        version=version,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: CreateAgentRequest,
    source: str | Unset = UNSET,
    version: str = "2021-07-28",
) -> CreateAgentResponse | Error | None:
    """Create an agent

     Creates an agent with one version, whose state is `staging`. Nothing can be executed until a version
    is
    published with `promoteAndPublish`.

    Leave nodes and edges to `updateAgentVersion`: the service was observed to fail on them here.

    Args:
        source (str | Unset): A free label of where the call comes from, such as "api".
        version (str): The version of the API that the client was written for. Default:
            '2021-07-28'.
        body (CreateAgentRequest): A new agent.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CreateAgentResponse | Error
    """

    return sync_detailed(
        client=client,
        body=body,
        source=source,
        version=version,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: CreateAgentRequest,
    source: str | Unset = UNSET,
    version: str = "2021-07-28",
) -> Response[CreateAgentResponse | Error]:
    """Create an agent

     Creates an agent with one version, whose state is `staging`. Nothing can be executed until a version
    is
    published with `promoteAndPublish`.

    Leave nodes and edges to `updateAgentVersion`: the service was observed to fail on them here.

    Args:
        source (str | Unset): A free label of where the call comes from, such as "api".
        version (str): The version of the API that the client was written for. Default:
            '2021-07-28'.
        body (CreateAgentRequest): A new agent.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CreateAgentResponse | Error]
    """

    kwargs = _get_kwargs(
        body=body,
        source=source,
        version=version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: CreateAgentRequest,
    source: str | Unset = UNSET,
    version: str = "2021-07-28",
) -> CreateAgentResponse | Error | None:
    """Create an agent

     Creates an agent with one version, whose state is `staging`. Nothing can be executed until a version
    is
    published with `promoteAndPublish`.

    Leave nodes and edges to `updateAgentVersion`: the service was observed to fail on them here.

    Args:
        source (str | Unset): A free label of where the call comes from, such as "api".
        version (str): The version of the API that the client was written for. Default:
            '2021-07-28'.
        body (CreateAgentRequest): A new agent.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CreateAgentResponse | Error
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            source=source,
            version=version,
        )
    ).parsed
