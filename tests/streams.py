"""Servers of RTSP and RTMP on this machine, as small as FFmpeg puts up with."""

from __future__ import annotations

import io
import re
import socket
import struct
from collections.abc import Callable, Iterator

import av
import numpy as np
from numpy.typing import NDArray

RTP_SAMPLES = 400
RTMP_CHUNK = 1 << 20
"""Longer than any message: so none is cut in pieces."""
HANDSHAKE_BYTES = 1536


def rtsp(samples: NDArray[np.int16], rate_hz: int) -> Callable[[socket.socket], None]:
    """Return what plays mono samples, shape (n,), in RTP packets between the answers."""
    sdp = (
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=audio 0 RTP/AVP 97\r\na=rtpmap:97 L16/{rate_hz}/1\r\na=control:track1\r\n"
    )
    heads = {
        "OPTIONS": "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n",
        "DESCRIBE": f"Content-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n",
        "SETUP": "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n",
        "PLAY": "Session: 1\r\n",
    }

    def answer(connection: socket.socket) -> None:
        asked = connection.makefile("rb")
        while line := asked.readline().decode():
            method, sequence = line.split(" ")[0], ""
            while (header := asked.readline().decode()).strip():
                if found := re.match(r"CSeq: *(\d+)", header, re.IGNORECASE):
                    sequence = found[1]
            head = f"RTSP/1.0 200 OK\r\nCSeq: {sequence}\r\n{heads.get(method, '')}\r\n"
            connection.sendall(f"{head}{sdp if method == 'DESCRIBE' else ''}".encode())
            if method == "PLAY":
                connection.sendall(b"".join(_interleaved(samples)))
                _end(connection)
                return

    return answer


def _interleaved(samples: NDArray[np.int16]) -> Iterator[bytes]:
    for number, first in enumerate(range(0, len(samples), RTP_SAMPLES)):
        sound = samples[first : first + RTP_SAMPLES].astype(">i2").tobytes()
        packet = struct.pack(">BBHII", 0x80, 97, number & 0xFFFF, first, 7) + sound
        yield struct.pack(">cBH", b"$", 0, len(packet)) + packet


def rtmp(samples: NDArray[np.int16], rate_hz: int) -> Callable[[socket.socket], None]:
    """Return what plays mono samples, shape (n,), as FLV's messages."""
    messages = b"".join(_flv_messages(samples, rate_hz))

    def answer(connection: socket.socket) -> None:
        theirs = connection.recv(1 + HANDSHAKE_BYTES, socket.MSG_WAITALL)
        connection.sendall(b"\x03" + bytes(HANDSHAKE_BYTES) + theirs[1:])
        connection.recv(HANDSHAKE_BYTES, socket.MSG_WAITALL)
        connection.sendall(_message(2, 1, 0, struct.pack(">I", RTMP_CHUNK)))
        _await(connection, b"connect")
        connection.sendall(_command("_result", 1.0, None, _code("NetConnection.Connect.Success")))
        number = _await(connection, b"createStream")
        connection.sendall(_command("_result", number, None, 1.0))
        _await(connection, b"play")
        connection.sendall(_command("onStatus", 0.0, None, _code("NetStream.Play.Start")))
        connection.sendall(messages)
        _end(connection)

    return answer


def _end(connection: socket.socket) -> None:
    """Send no more, and wait for the other to hang up: else what is under way might be lost."""
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(4096):
        pass


def _await(connection: socket.socket, name: bytes) -> float:
    """Wait for a command, and return its number."""
    heard = b""
    sign = struct.pack(">BH", 2, len(name)) + name
    while sign not in heard or len(heard) < heard.index(sign) + len(sign) + 9:
        heard += _more(connection)
    begin = heard.index(sign) + len(sign) + 1
    return float(struct.unpack(">d", heard[begin : begin + 8])[0])


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(4096)
    if not data:
        message = "it hung up"
        raise ConnectionError(message)
    return data


def _code(code: str) -> dict[str, str]:
    return {"level": "status", "code": code}


def _command(*values: str | float | dict[str, str] | None) -> bytes:
    return _message(3, 20, 0, b"".join(map(_amf, values)))


def _amf(value: str | float | dict[str, str] | None) -> bytes:
    match value:
        case None:
            return b"\x05"
        case str():
            return b"\x02" + _text(value)
        case dict():
            inner = b"".join(_text(key) + _amf(one) for key, one in value.items())
            return b"\x03" + inner + b"\x00\x00\x09"
    return b"\x00" + struct.pack(">d", value)


def _text(value: str) -> bytes:
    return struct.pack(">H", len(value)) + value.encode()


def _message(chunk: int, kind: int, time_ms: int, body: bytes) -> bytes:
    """Return a message as one chunk: its header in full, of stream 1, and its body."""
    head = struct.pack(">B", chunk) + time_ms.to_bytes(3, "big") + len(body).to_bytes(3, "big")
    return head + struct.pack(">B", kind) + struct.pack("<I", int(kind not in {1, 20})) + body


def _flv_messages(samples: NDArray[np.int16], rate_hz: int) -> Iterator[bytes]:
    """Yield the tags of an FLV file as messages."""
    file = io.BytesIO()
    with av.open(file, "w", format="flv") as flv:
        stream = flv.add_stream("mp3", rate=rate_hz, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None], format="s16p", layout="mono")
        frame.sample_rate = rate_hz
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            flv.mux(packet)
    data, at = file.getvalue(), 13
    while at < len(data):
        size, low = int.from_bytes(data[at + 1 : at + 4], "big"), data[at + 4 : at + 7]
        time_ms = int.from_bytes(data[at + 7 : at + 8] + low, "big")
        yield _message(4, data[at], time_ms, data[at + 11 : at + 11 + size])
        at += 15 + size
