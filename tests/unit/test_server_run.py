from __future__ import annotations

from pathlib import Path

import pytest

from earmark.errors import ServerStateError, UsageError
from earmark.server.keys import Scope
from earmark.server.run import made
from tests.serving import make_key, make_options


def test_others_are_not_let_in_without_keys(tmp_path: Path) -> None:
    """Unless it is told so, or there is a key."""
    options = make_options(tmp_path, host="0.0.0.0")  # noqa: S104 - what is refused
    with pytest.raises(UsageError, match="earmark keys add"), made(options):
        pass
    with made(make_options(tmp_path, host="0.0.0.0", allow_anonymous=True)):  # noqa: S104
        pass
    make_key(options, Scope.READ)
    with made(options):
        pass


def test_two_servers_do_not_share_their_files(tmp_path: Path) -> None:
    """The second one says which to choose."""
    options = make_options(tmp_path)
    with made(options), pytest.raises(ServerStateError, match="--state"), made(options):
        pass


@pytest.mark.parametrize("changes", [{"library": "memory:"}, {"tls_cert": Path("x.pem")}])
def test_what_cannot_be_served_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    """A library that other processes cannot open, and half of a certificate."""
    with pytest.raises(UsageError), made(make_options(tmp_path, **changes)):
        pass
