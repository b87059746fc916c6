"""Events sent to somebody's server, by HTTP POST, until it takes them.

They go out in their order, from a thread of its own. What the server does not take (it is down, or
answers with 408, 429 or a status from 500 on) is tried again, ever less often, up to a day; what it
refuses is dropped. While it is down, the newest events are kept, as many as there is room for.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from earmark import jsonable
from earmark.errors import SourceError, SourceUnavailableError
from earmark.sources.urls import redacted

if TYPE_CHECKING:
    from earmark.live.events import Event
    from earmark.sources.client import Client

MOST_WAITING = 10_000
"""Events of about a kilobyte each."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 300.0
PATIENCE_S = 86_400.0
"""An event that could not be delivered for so long is dropped."""

FAREWELL_S = 10.0
"""How long is waited, in the end, for what is left to be delivered."""

TAKEN = range(200, 300)
AGAIN = frozenset({408, 425, 429, *range(500, 600)})

SIGNATURE = "X-Earmark-Signature"
EVENT_ID = "X-Earmark-Event"


@dataclass(frozen=True, slots=True)
class _Letter:
    event_id: str
    body: bytes
    since: float
    """By the monotonic clock."""


class Webhook:
    """Delivers events to one address; a call of it never waits."""

    def __init__(
        self,
        client: Client,
        url: str,
        *,
        secret: str | None = None,
        on_problem: Callable[[str], object] = lambda _: None,
        first_pause_s: float = FIRST_PAUSE_S,
    ) -> None:
        """Prepare to deliver.

        Args:
            client: what is used for it.
            url: where to.
            secret: if given, each body is signed: its HMAC-SHA256 in hexadecimal is sent along.
            on_problem: called with a sentence when deliveries fail, and when events are dropped.
            first_pause_s: how long is waited after a first failure.
        """
        self._client = client
        self._url = url
        self._secret = secret
        self._on_problem = on_problem
        self._first_pause_s = self._pause_s = first_pause_s
        self._waiting: deque[_Letter] = deque()
        self._changed = threading.Condition()
        self._is_closing = False
        self._dropped = 0
        self._thread = threading.Thread(target=self._run, name="webhook", daemon=True)

    def __enter__(self) -> Self:
        """Begin to deliver."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Deliver what is left, for some seconds."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.join(FAREWELL_S)

    def __call__(self, event: Event) -> None:
        """Take an event for delivery."""
        body = jsonable.dumps(jsonable.event(event)).encode()
        with self._changed:
            if len(self._waiting) >= MOST_WAITING:
                self._waiting.popleft()
                self._dropped += 1
            self._waiting.append(_Letter(event.id, body, time.monotonic()))
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._is_closing:
                    self._changed.wait()
                if not self._waiting:
                    return
                letter = self._waiting[0]
            if self._is_done_with(letter):
                self._pause_s = self._first_pause_s
                with self._changed:
                    if self._waiting and self._waiting[0] is letter:
                        self._waiting.popleft()
            else:
                self._rest()

    def _rest(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_closing, self._pause_s)
        if self._is_closing:
            time.sleep(min(self._pause_s, self._first_pause_s))
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)

    def _is_done_with(self, letter: _Letter) -> bool:
        """Try to deliver; return whether nothing is left to be done about it."""
        name = redacted(self._url)
        try:
            status = self._client.post(self._url, letter.body, self._headers(letter))
        except SourceUnavailableError as error:
            failure = error.cause
        except SourceError as error:
            self._on_problem(f"webhook {name}: {error.cause}; the event is dropped")
            return True
        else:
            if status in TAKEN:
                self._tell_dropped(name)
                return True
            failure = f"it answers with status {status}"
            if status not in AGAIN:
                self._on_problem(f"webhook {name}: {failure}; the event is dropped")
                return True
        if time.monotonic() - letter.since > PATIENCE_S:
            self._on_problem(f"webhook {name}: {failure} for a day; the event is dropped")
            return True
        if self._pause_s == self._first_pause_s:
            self._on_problem(f"webhook {name}: {failure}; it is tried again")
        return False

    def _tell_dropped(self, name: str) -> None:
        with self._changed:
            dropped, self._dropped = self._dropped, 0
        if dropped:
            self._on_problem(f"webhook {name}: {dropped} events were dropped while it was down")

    def _headers(self, letter: _Letter) -> dict[str, str]:
        headers = {"Content-Type": "application/json", EVENT_ID: letter.event_id}
        if self._secret:
            digest = hmac.new(self._secret.encode(), letter.body, hashlib.sha256).hexdigest()
            headers[SIGNATURE] = f"sha256={digest}"
        return headers
