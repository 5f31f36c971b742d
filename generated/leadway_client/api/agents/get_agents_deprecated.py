from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.agent_list import AgentList
from ...models.error import Error
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    location_id: str,
    limit: str,
    offset: str,
    source: str | Unset = UNSET,
    version: str = "2021-07-28",
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["Version"] = version

    params: dict[str, Any] = {}

    params["locationId"] = location_id

    params["limit"] = limit

    params["offset"] = offset

    params["source"] = source

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/agent-studio/public-api/agents",
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> AgentList | Error | None:
    if response.status_code == 200:
        response_200 = AgentList.from_dict(response.json())

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[AgentList | Error]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    location_id: str,
    limit: str,
    offset: str,
    source: str | Unset = UNSET,
    version: str = "2021-07-28",
) -> Response[AgentList | Error]:
    """List the published agents of a location, by the old path

     The active agents of the location that have a published version, in pages.

    Deprecated: new code calls `getAgents`.

    Args:
        location_id (str): The sub-account that owns the agents.
        limit (str): How many agents to return at most, in digits.
        offset (str): How many agents to leave out at the beginning, in digits.
        source (str | Unset): A free label of where the call comes from, such as "api".
        version (str): The version of the API that the client was written for. Default:
            '2021-07-28'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AgentList | Error]
    """

    kwargs = _get_kwargs(
        location_id=location_id,
        limit=limit,
        offset=offset,
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
    location_id: str,
    limit: str,
    offset: str,
    source: str | Unset = UNSET,
    version: str = "2021-07-28",
) -> AgentList | Error | None:
    """List the published agents of a location, by the old path

     The active agents of the location that have a published version, in pages.

    Deprecated: new code calls `getAgents`.

    Args:
        location_id (str): The sub-account that owns the agents.
        limit (str): How many agents to return at most, in digits.
        offset (str): How many agents to leave out at the beginning, in digits.
        source (str | Unset): A free label of where the call comes from, such as "api".
        version (str): The version of the API that the client was written for. Default:
            '2021-07-28'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AgentList | Error
    """

    return sync_detailed(
        client=client,
        location_id=location_id,
        limit=limit,
        offset=offset,
        source=source,
        version=version,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    location_id: str,
    limit: str,
    offset: str,
    source: str | Unset = UNSET,
    version: str = "2021-07-28",
) -> Response[AgentList | Error]:
    """List the published agents of a location, by the old path

     The active agents of the location that have a published version, in pages.

    Deprecated: new code calls `getAgents`.

    Args:
        location_id (str): The sub-account that owns the agents.
        limit (str): How many agents to return at most, in digits.
        offset (str): How many agents to leave out at the beginning, in digits.
        source (str | Unset): A free label of where the call comes from, such as "api".
        version (str): The version of the API that the client was written for. Default:
            '2021-07-28'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AgentList | Error]
    """

    kwargs = _get_kwargs(
        location_id=location_id,
        limit=limit,
        offset=offset,
        source=source,
        version=version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    location_id: str,
    limit: str,
    offset: str,
    source: str | Unset = UNSET,
    version: str = "2021-07-28",
) -> AgentList | Error | None:
    """List the published agents of a location, by the old path

     The active agents of the location that have a published version, in pages.

    Deprecated: new code calls `getAgents`.

    Args:
        location_id (str): The sub-account that owns the agents.
        limit (str): How many agents to return at most, in digits.
        offset (str): How many agents to leave out at the beginning, in digits.
        source (str | Unset): A free label of where the call comes from, such as "api".
        version (str): The version of the API that the client was written for. Default:
            '2021-07-28'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AgentList | Error
    """

    return (
        await asyncio_detailed(
            client=client,
            location_id=location_id,
            limit=limit,
            offset=offset,
            source=source,
            version=version,
        )
    ).parsed
