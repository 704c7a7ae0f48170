"""Runs inside one network namespace: listens on every port, and tries connections on request.

    python probe_agent.py NAME tcp:80 udp:53 ...

Says `ready`, then answers each line of standard input, a JSON list of [protocol, address, port], by a line with who
answered each: the name of that end, or "" for nobody.
"""

import asyncio
import json
import socket
import sys
from typing import Any

SILENCE_SECONDS = 10.0
AT_A_TIME = 64
ANY_OF_THE_NAMESPACE = "0.0.0.0"  # noqa: S104 - a namespace has one address
Probe = tuple[str, str, int]


class Answerer(asyncio.DatagramProtocol):
    def __init__(self, name: bytes) -> None:
        self._name = name

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._transport.sendto(self._name, addr)


async def listen(name: bytes, protocol: str, port: int) -> None:
    loop = asyncio.get_running_loop()
    if protocol == "udp":
        await loop.create_datagram_endpoint(lambda: Answerer(name), local_addr=(ANY_OF_THE_NAMESPACE, port))
        return

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(name)
        writer.close()
        await writer.wait_closed()

    await asyncio.start_server(answer, ANY_OF_THE_NAMESPACE, port, backlog=512)


async def exchange(probe: Probe) -> str:
    protocol, address, port = probe
    loop = asyncio.get_running_loop()
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as connection:
        connection.setblocking(False)
        await loop.sock_connect(connection, (address, port))
        if protocol == "udp":
            await loop.sock_sendall(connection, b"?")
        return (await loop.sock_recv(connection, 64)).decode()


async def tried(probe: Probe, turns: asyncio.Semaphore) -> str:
    async with turns:
        try:
            return await asyncio.wait_for(exchange(probe), SILENCE_SECONDS)
        except OSError:
            return ""  # refused, or silence


async def main(name: str, places: list[str]) -> None:
    for place in places:
        protocol, port = place.split(":")
        await listen(name.encode(), protocol, int(port))
    print("ready", flush=True)  # noqa: T201 - how the test is told
    turns = asyncio.Semaphore(AT_A_TIME)
    while line := await asyncio.to_thread(sys.stdin.readline):
        answers = await asyncio.gather(*(tried(tuple(probe), turns) for probe in json.loads(line)))
        print(json.dumps(answers), flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
