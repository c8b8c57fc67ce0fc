"""
HTTP to addresses that somebody typed in: webhooks, the audit stream, single sign-on.

Nobody may make the server talk to its own network (OWASP SSRF): only https, only names and addresses that are public. The
address that is connected to is the one that was checked, so a name that changes its answer gains nothing. No redirect is
followed. `FORECOURT_PRIVATE_HOSTS` names hosts that are exempt, also from https.
"""

import asyncio
import contextvars
import ipaddress
import socket
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from django.conf import settings
from django.utils.translation import gettext as _

from forecourt.kit.errors import Invalid

_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


class Unreachable(Exception):
    """The other side could not be asked, or may not be. `reason` is for people and names no address of ours."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes


def check_url(url: str, *, field: str) -> None:
    """
    Whether such an address may be kept at all. What its name resolves to is checked here and again at each connection.

    :raises Invalid: with the message at `field`.
    """
    try:
        host = _allowed_host(url)
        if not _is_exempt(host):
            _check_addresses([str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)])
    except Unreachable as error:
        raise Invalid(error.reason, fields={field: error.reason}) from error
    except OSError as error:
        message = _("This host name cannot be found.")
        raise Invalid(message, fields={field: message}) from error


def session(*, timeout: float = 10.0, connections_per_host: int = 0) -> aiohttp.ClientSession:
    """
    A client whose every request is checked. Made and closed in a running loop; use `allow_redirects=False`.

    :param timeout: seconds for one request as a whole.
    :param connections_per_host: at most so many at once to one host; 0 for no limit.
    """
    connector = aiohttp.TCPConnector(resolver=_CheckingResolver(), use_dns_cache=False, limit_per_host=connections_per_host)
    return aiohttp.ClientSession(
        connector=connector, timeout=aiohttp.ClientTimeout(total=timeout), middlewares=(_checked,), cookie_jar=aiohttp.DummyCookieJar()
    )


def call(
    method: str,
    url: str,
    *,
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
    timeout: float = 10.0,
    limit: int = 1_000_000,
) -> Answer:
    """
    One request, waited for in a thread of its own, so that the caller may stand inside an event loop.

    :param timeout: seconds in all. :param limit: bytes of an answer; a larger one is refused.
    :raises Unreachable: if there was no answer, or the address may not be asked.
    """

    async def ask() -> Answer:
        async with (
            session(timeout=timeout) as client,
            client.request(method, url, headers=headers, data=body, allow_redirects=False) as answer,
        ):
            content = b"".join([chunk async for chunk in _at_most(answer.content, limit)])
            return Answer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, content)

    try:
        with ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(contextvars.copy_context().run, asyncio.run, ask()).result()
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        raise Unreachable(reason_of(error)) from error


def reason_of(error: Exception) -> str:
    """What to show for an error of aiohttp."""
    if isinstance(error, Unreachable):
        return error.reason
    if isinstance(error, TimeoutError):
        return _("The server did not answer in time.")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return _("This host name cannot be found.")
    if isinstance(error, (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError)):
        return _("The server's certificate is not valid.")
    if isinstance(error, aiohttp.InvalidURL):
        return _("This is not a web address.")
    return _("No connection could be made, or it broke off.")


async def _at_most(content: aiohttp.StreamReader, limit: int) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in content.iter_chunked(65_536):
        size += len(chunk)
        if size > limit:
            raise Unreachable(_("The answer is too large."))
        yield chunk


async def _checked(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Before each request. A literal address is not resolved, so it is checked here."""
    host = _allowed_host(str(request.url))
    if not _is_exempt(host) and _is_address(host):
        _check_addresses([host])
    return await handler(request)


class _CheckingResolver(AbstractResolver):
    """What it returns is what is connected to."""

    def __init__(self) -> None:
        self._inner = ThreadedResolver()

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if not _is_exempt(host):
            _check_addresses([result["host"] for result in found])
        return found

    async def close(self) -> None:
        await self._inner.close()


def _allowed_host(url: str) -> str:
    """The host of the address; Unreachable if the address is of a kind that is never asked."""
    try:
        parts = urlsplit(url)
        host, _port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise Unreachable(_("This is not a web address.")) from error
    if not host or any(sign.isspace() or ord(sign) < 32 for sign in url):
        raise Unreachable(_("This is not a web address."))
    if parts.username is not None or parts.password is not None:
        raise Unreachable(_("Leave user name and password out of the address."))
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_exempt(host)):
        raise Unreachable(_("The address must begin with https://."))
    return host


def _is_exempt(host: str) -> bool:
    return host.rstrip(".").lower() in settings.PRIVATE_HOSTS


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _check_addresses(addresses: list[str]) -> None:
    """All of them must be public: the connection may go to any."""
    if not all(_is_public(address) for address in addresses):
        raise Unreachable(_("This host lies in a private network."))


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(str(inner))
    return address.is_global and not address.is_multicast and not address.is_reserved
