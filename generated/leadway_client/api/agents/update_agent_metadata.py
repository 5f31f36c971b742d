from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.update_agent_metadata_request import UpdateAgentMetadataRequest
from ...models.update_agent_response import UpdateAgentResponse
from ...types import UNSET, Response, Unset


def _get_kwargs(
    agent_id: str,
    *,
    body: UpdateAgentMetadataRequest,
    source: str | Unset = UNSET,
    version: str = "2021-07-28",
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["Version"] = version

    params: dict[str, Any] = {}

    params["source"] = source

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/agent-studio/agent/{agent_id}".format(
            agent_id=quote(str(agent_id), safe=""),
        ),
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | UpdateAgentResponse | None:
    if response.status_code == 200:
        response_200 = UpdateAgentResponse.from_dict(response.json())

        return response_200

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
) -> Response[Error | UpdateAgentResponse]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    agent_id: str,
    *,
    client: AuthenticatedClient,
    body: UpdateAgentMetadataRequest,
    source: str | Unset = UNSET,
    version: str = "2021-07-28",
) -> Response[Error | UpdateAgentResponse]:
    """Change name, description or status of an agent

     Changes what is sent, and leaves the rest. An agent that is not active cannot be executed.

    Args:
        agent_id (str): The agent. An opaque id.
        source (str | Unset): A free label of where the call comes from, such as "api".
        version (str): The version of the API that the client was written for. Default:
            '2021-07-28'.
        body (UpdateAgentMetadataRequest): What to change of an agent.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | UpdateAgentResponse]
    """

    kwargs = _get_kwargs(
        agent_id=agent_id,
        body=body,
        source=source,
        version=version,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    agent_id: str,
    *,
    client: AuthenticatedClient,
    body: UpdateAgentMetadataRequest,
    source: str | Unset = UNSET,
    version: str = "2021-07-28",
) -> Error | UpdateAgentResponse | None:
    """Change name, description or status of an agent

     Changes what is sent, and leaves the rest. An agent that is not active cannot be executed.

    Args:
        agent_id (str): The agent. An opaque id.
        source (str | Unset): A free label of where the call comes from, such as "api".
        version (str): The version of the API that the client was written for. Default:
            '2021-07-28'.
        body (UpdateAgentMetadataRequest): What to change of an agent.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | UpdateAgentResponse
    """

    return sync_detailed(
        agent_id=agent_id,
        client=client,
        body=body,
        source=source,
        version=version,
    ).parsed


async def asyncio_detailed(
    agent_id: str,
    *,
    client: AuthenticatedClient,
    body: UpdateAgentMetadataRequest,
    source: str | Unset = UNSET,
    version: str = "2021-07-28",
) -> Response[Error | UpdateAgentResponse]:
    """Change name, description or status of an agent

     Changes what is sent, and leaves the rest. An agent that is not active cannot be executed.

    Args:
        agent_id (str): The agent. An opaque id.
        source (str | Unset): A free label of where the call comes from, such as "api".
        version (str): The version of the API that the client was written for. Default:
            '2021-07-28'.
        body (UpdateAgentMetadataRequest): What to change of an agent.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | UpdateAgentResponse]
    """

    kwargs = _get_kwargs(
        agent_id=agent_id,
        body=body,
        source=source,
        version=version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    agent_id: str,
    *,
    client: AuthenticatedClient,
    body: UpdateAgentMetadataRequest,
    source: str | Unset = UNSET,
    version: str = "2021-07-28",
) -> Error | UpdateAgentResponse | None:
    """Change name, description or status of an agent

     Changes what is sent, and leaves the rest. An agent that is not active cannot be executed.

    Args:
        agent_id (str): The agent. An opaque id.
        source (str | Unset): A free label of where the call comes from, such as "api".
        version (str): The version of the API that the client was written for. Default:
            '2021-07-28'.
        body (UpdateAgentMetadataRequest): What to change of an agent.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | UpdateAgentResponse
    """

    return (
        await asyncio_detailed(
            agent_id=agent_id,
            client=client,
            body=body,
            source=source,
            version=version,
        )
    ).parsed
