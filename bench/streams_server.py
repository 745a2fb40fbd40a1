"""Sends the frames of a file to whoever asks, as Jetstream does, at a rate or at full speed.

    python -m bench.streams_server FRAMES ENDS RATE

RATE is frames a second, 0 for as fast as the other side reads. Prints its port, then a line
with the time for each connection. Nothing is encoded here, so that it costs next to nothing.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from base64 import b64encode
from hashlib import sha1
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import numpy.typing as npt

Ends = npt.NDArray[np.int64]

MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
PING = b"\x89\x00"
PIECE = 1 << 20
TICK = 0.02


def main(argv: list[str]) -> None:
    """Serve until killed."""
    file, ends, rate = Path(argv[0]), np.load(argv[1], mmap_mode="r"), float(argv[2])
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            client, _ = server.accept()
            threading.Thread(target=serve, args=(client, file, ends, rate), daemon=True).start()


def serve(client: socket.socket, file: Path, ends: Ends, rate: float) -> None:
    """Shake hands, send all frames from the cursor on, then only signs of life."""
    try:
        first = _shake_hands(client)
        print(f"{time.time():.3f}", flush=True)
        with file.open("rb") as frames:
            if rate:
                _send_slowly(client, frames.fileno(), ends, first, rate)
            else:
                frames.seek(int(ends[first - 1]) if first else 0)
                while piece := frames.read(PIECE):
                    client.sendall(piece)
        while True:
            time.sleep(5)
            client.sendall(PING)
    except OSError:
        return


def _send_slowly(client: socket.socket, file: int, ends: Ends, first: int, rate: float) -> None:
    begin, sent = time.monotonic(), first
    while sent < len(ends):
        due = min(len(ends), first + int((time.monotonic() - begin) * rate))
        if due > sent:
            start = int(ends[sent - 1]) if sent else 0
            client.sendall(os.pread(file, int(ends[due - 1]) - start, start))
            sent = due
        time.sleep(TICK)


def _shake_hands(client: socket.socket) -> int:
    """Answer the request; return how many frames its cursor leaves out."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += client.recv(65536)
    lines = request.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    key = next(line for line in lines if line.lower().startswith("sec-websocket-key"))
    accept = b64encode(sha1(key.split(": ")[1].encode() + MAGIC.encode()).digest()).decode()
    answer = [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {accept}",
    ]
    if "sec-websocket-protocol" in headers:
        answer.append(f"Sec-WebSocket-Protocol: {headers['sec-websocket-protocol']}")
    client.sendall(("\r\n".join(answer) + "\r\n\r\n").encode())
    query = parse_qs(urlsplit(lines[0].split(" ")[1]).query)
    cursor = int(query["cursor"][0]) if "cursor" in query else 0
    return cursor - 1 if 0 < cursor < 10**15 else 0


if __name__ == "__main__":
    main(sys.argv[1:])
