"""What the simulated listeners say where they can't sign in."""

import asyncio

import pytest

from tealight.demo.listeners import SignInRefused, sign_in


async def test_a_proxy_without_a_service_behind_it_is_not_taken_for_a_wrong_password() -> None:
    async def answers_502(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answers_502, "127.0.0.1", 0) as proxy:
        port = proxy.sockets[0].getsockname()[1]
        with pytest.raises(SignInRefused, match="answers 502; is the service behind it up"):
            await sign_in(f"ws://127.0.0.1:{port}/ws", "wren", "a password")
