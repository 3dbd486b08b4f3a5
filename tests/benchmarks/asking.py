"""A small generator of load, in a process of its own:

    python -m tests.benchmarks.asking URL BODY_FILE C SECONDS [HEADER…]

Each of its C threads keeps one connection and sends the next request once it has read the answer. It speaks HTTP by
hand: a client library would cost more than what is measured. It prints a JSON object.
"""

import json
import socket
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit


def main(url: str, body_file: str, concurrency: str, seconds: str, *headers: str) -> None:
    """Print how many requests were answered in this time, how many of them with an error, and how long each took."""
    parts, body = urlsplit(url), Path(body_file).read_bytes()
    head = [f"POST {parts.path} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(body)}", *headers]
    request = "\r\n".join([*head, "", ""]).encode() + body
    ends_at, durations, errors = time.monotonic() + float(seconds), list[float](), list[bytes]()

    def ask() -> None:
        with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while time.monotonic() < ends_at:
                started = time.perf_counter()
                connection.sendall(request)
                head, content = read(connection)
                durations.append(time.perf_counter() - started)
                if not head.startswith(b"HTTP/1.1 200"):
                    errors.append(head + content)

    threads = [threading.Thread(target=ask) for _number in range(int(concurrency))]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - started
    durations.sort()
    told = {
        "requests": len(durations),
        "errors": len(errors),
        "error": errors[0][:200].decode(errors="replace") if errors else "",
        "rps": len(durations) / took,
        "p50_ms": durations[len(durations) // 2] * 1e3 if durations else 0,
        "p99_ms": durations[len(durations) * 99 // 100] * 1e3 if durations else 0,
    }
    print(json.dumps(told))  # noqa: T201 -- what whoever starts it reads


def read(connection: socket.socket) -> tuple[bytes, bytes]:
    """One answer: its head, and its body as it was sent, chunked or not."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _some(connection)
    head, _blank, body = received.partition(b"\r\n\r\n")
    lower = head.lower()
    if head[9:12] == b"304":
        return head, b""
    if b"content-length:" in lower:
        length = int(lower.split(b"content-length:")[1].split(b"\r\n")[0])
        pieces, had = [body], len(body)
        while had < length:
            pieces.append(_some(connection))
            had += len(pieces[-1])
        return head, b"".join(pieces)
    while not body.endswith(b"0\r\n\r\n"):  # chunked
        body += _some(connection)
    return head, body


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("The server closed the connection.")
    return data


if __name__ == "__main__":
    main(*sys.argv[1:])
