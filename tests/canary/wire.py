"""Listens to every byte on the loopback device: what services, stores and queues say to each other."""

import socket
import struct
import threading
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Self

from tests.canary.pieces import Piece

EVERY_PROTOCOL = 0x0003
SO_RCVBUFFORCE, SOL_PACKET, PACKET_STATISTICS = 33, 263, 6
BUFFER_BYTES = 256 * 2**20
PACKET_BYTES = 70_000
ETHERNET_BYTES = 14
IP_VERSION = 4
LISTEN_SECONDS = 0.2

Flow = tuple[int, int]
"""Source and destination port."""


class Wire:
    """Needs root on Linux. The bytes of each direction of a connection are put together as they came."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERY_PROTOCOL))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
        self._socket.bind(("lo", 0))
        self._socket.settimeout(LISTEN_SECONDS)
        self._streams: dict[Flow, bytearray] = defaultdict(bytearray)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self.lost_packets = 0
        """By the kernel, because we were too slow."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        _, self.lost_packets = struct.unpack("II", self._socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        self._socket.close()

    def pieces(self, *, of: Collection[int], beside: Collection[int], to: Collection[int]) -> Iterator[Piece]:
        """Of these ports, not from or to those `beside`, and nothing that is sent `to` the last ones."""
        for (source, target), data in list(self._streams.items()):
            ends = {source, target}
            if ends & set(of) and not ends & set(beside) and target not in to:
                yield f"{source} to {target}", bytes(data)

    def _listen(self) -> None:
        while not self._ended.is_set():
            try:
                packet, address = self._socket.recvfrom(PACKET_BYTES)
            except TimeoutError:
                continue
            if address[2] != socket.PACKET_OUTGOING:  # the loopback device shows each packet going out and coming in
                self._keep(packet[ETHERNET_BYTES:])

    def _keep(self, packet: bytes) -> None:
        if packet[0] >> 4 != IP_VERSION or packet[9] != socket.IPPROTO_TCP:
            return
        segment = packet[(packet[0] & 15) * 4 : struct.unpack_from("!H", packet, 2)[0]]
        source, target = struct.unpack_from("!HH", segment)
        data = segment[(segment[12] >> 4) * 4 :]
        if data:
            self._streams[source, target] += data
