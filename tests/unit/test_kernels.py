from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import platformdirs
import pytest
from numpy.typing import NDArray

from earmark import kernels
from earmark.kernels import bit_length, cache_dir, kernel, trailing_zeros

ROOT = Path(__file__).parent.parent.parent

MODULE = """
from earmark.kernels import kernel

@kernel
def doubled(value: int) -> int:
    return 2 * value
"""

OVER_THE_EDGE = """
import sys
from pathlib import Path
import numpy as np
from earmark import kernels

kernels.cache_dir = lambda: Path(sys.argv[1])

@kernels.kernel
def beyond(values):
    return values[len(values)]

beyond(np.zeros(3))
"""


def load(folder: Path) -> object:
    """Import a module with one kernel, `doubled`, from a folder."""
    path = folder / "doubling.py"
    path.write_text(MODULE)
    spec = importlib.util.spec_from_file_location("doubling", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.doubled


def test_kernels_are_kept_in_the_users_cache_folder() -> None:
    """Compiled code belongs where the system keeps what can be made again."""
    assert cache_dir().is_relative_to(platformdirs.user_cache_dir("earmark"))


def test_a_compiled_kernel_is_kept_for_the_next_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first call leaves its compiled code in the cache folder, none beside the module."""
    cache = tmp_path / "cache"
    monkeypatch.setattr(kernels, "cache_dir", lambda: cache)
    doubled = load(tmp_path)
    assert doubled(21) == 42  # type: ignore[operator]
    assert list(cache.rglob("*.nbi"))
    assert not (tmp_path / "__pycache__").exists()


def test_a_kernel_works_where_nothing_can_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a folder to write to, a kernel is compiled anew, not refused."""
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setattr(kernels, "cache_dir", lambda: blocked / "cache")
    monkeypatch.setattr("numba.core.caching.CacheImpl._locator_classes", [])
    assert load(tmp_path)(21) == 42  # type: ignore[operator]


def test_numba_keeps_its_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another user of Numba in the same process keeps the cache folder that it chose."""
    monkeypatch.setitem(vars(numba.config), "CACHE_DIR", "elsewhere")
    kernel(cache_dir)
    assert vars(numba.config)["CACHE_DIR"] == "elsewhere"


def test_bounds_are_checked_on_demand(tmp_path: Path) -> None:
    """Numba's own switch finds an index out of range, so the tests that rely on it can fail."""
    script = tmp_path / "beyond.py"
    script.write_text(OVER_THE_EDGE)
    command = [sys.executable, str(script), str(tmp_path / "cache")]
    environment = {**os.environ, "NUMBA_BOUNDSCHECK": "1"}
    ended = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert b"IndexError" in ended.stderr


def test_no_kernel_leaves_its_arrays(request: pytest.FixtureRequest) -> None:
    """Fed with random and hostile input, no kernel reads or writes where nothing is."""
    assert request.config.cache is not None
    cache = str(request.config.cache.mkdir("checked-kernels"))
    environment = {**os.environ, "NUMBA_BOUNDSCHECK": "1", "XDG_CACHE_HOME": cache, "HOME": cache}
    command = [sys.executable, "-m", "tests.soak.kernels", "0", "20"]
    ended = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, check=False, text=True
    )
    assert ended.stdout == "no index out of range\n", ended.stderr


@pytest.mark.parametrize("damage", [b"", b"torn", None])
def test_a_damaged_cache_is_compiled_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes | None
) -> None:
    """A torn or unreadable file in the cache folder costs a compilation, never an error."""
    monkeypatch.setattr(kernels, "cache_dir", lambda: tmp_path / "cache")
    assert load(tmp_path)(2) == 4  # type: ignore[operator]
    files = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert files
    for path in files:
        if damage is None:
            path.unlink()
            path.mkdir()
        else:
            path.write_bytes(damage)
    assert load(tmp_path)(3) == 6  # type: ignore[operator]


@kernel
def _counted(values: NDArray[np.uint64]) -> NDArray[np.int64]:
    out = np.empty((len(values), 2), np.int64)
    for i in range(len(values)):
        out[i, 0], out[i, 1] = trailing_zeros(values[i]), bit_length(values[i])
    return out


def test_bits_are_counted() -> None:
    """The lowest and the highest 1 of a number, also where there is none."""
    values = [0, 1, 2, 12, 1 << 63, (1 << 64) - 1]
    found = _counted(np.array(values, np.uint64))
    assert found[:, 0].tolist() == [64, 0, 1, 2, 63, 0]
    assert found[:, 1].tolist() == [value.bit_length() for value in values]
