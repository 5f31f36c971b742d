from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.access_token import AccessToken
from ...models.error import Error
from ...models.get_location_access_token_request import GetLocationAccessTokenRequest
from ...types import Response, Unset


def _get_kwargs(
    *,
    body: GetLocationAccessTokenRequest,
    version: str | Unset = "2021-07-28",
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(version, Unset):
        headers["Version"] = version

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/oauth/locationToken",
    }

    _kwargs["data"] = body.to_dict()
    headers["Content-Type"] = "application/x-www-form-urlencoded"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> AccessToken | Error | None:
    if response.status_code == 200:
        response_200 = AccessToken.from_dict(response.json())

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[AccessToken | Error]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: GetLocationAccessTokenRequest,
    version: str | Unset = "2021-07-28",
) -> Response[AccessToken | Error]:
    """Get an access token of a sub-account with one of its agency

     The token in `Authorization` has to be that of an agency.

    Args:
        version (str | Unset): The version of the API that the client was written for. Default:
            '2021-07-28'.
        body (GetLocationAccessTokenRequest): The sub-account that the token is to be for.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AccessToken | Error]
    """

    kwargs = _get_kwargs(
        body=body,
        version=version,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: GetLocationAccessTokenRequest,
    version: str | Unset = "2021-07-28",
) -> AccessToken | Error | None:
    """Get an access token of a sub-account with one of its agency

     The token in `Authorization` has to be that of an agency.

    Args:
        version (str | Unset): The version of the API that the client was written for. Default:
            '2021-07-28'.
        body (GetLocationAccessTokenRequest): The sub-account that the token is to be for.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AccessToken | Error
    """

    return sync_detailed(
        client=client,
        body=body,
        version=version,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: GetLocationAccessTokenRequest,
    version: str | Unset = "2021-07-28",
) -> Response[AccessToken | Error]:
    """Get an access token of a sub-account with one of its agency

     The token in `Authorization` has to be that of an agency.

    Args:
        version (str | Unset): The version of the API that the client was written for. Default:
            '2021-07-28'.
        body (GetLocationAccessTokenRequest): The sub-account that the token is to be for.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AccessToken | Error]
    """

    kwargs = _get_kwargs(
        body=body,
        version=version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: GetLocationAccessTokenRequest,
    version: str | Unset = "2021-07-28",
) -> AccessToken | Error | None:
    """Get an access token of a sub-account with one of its agency

     The token in `Authorization` has to be that of an agency.

    Args:
        version (str | Unset): The version of the API that the client was written for. Default:
            '2021-07-28'.
        body (GetLocationAccessTokenRequest): The sub-account that the token is to be for.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AccessToken | Error
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            version=version,
        )
    ).parsed
