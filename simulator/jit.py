"""Compiled kernels: the project's one door to numba, and where compiled code is cached.

numba's own cache looks at one source file only: a kernel that inlined a function of another file would be
reused after that file changed. The cache folder is therefore named by a hash of everything the machine code
depends on. Import ``kernel`` and ``inlined`` from here and never import numba elsewhere in the package.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent
_OURS = "PLEDGEFUND_NUMBA_CACHE_DIR"
ABOVE = ("runs", "answers", "validation", "study", "report", "cli", "ui")  # rooms no engine kernel can reach (contract)
OWN_KERNELS = ("answers", "open_loop")     # a part of them that has kernels of its own


def _processor() -> str:
    """Name and feature set of this processor, as the compiler sees them."""
    from llvmlite import binding

    return binding.get_host_cpu_name() + binding.get_host_cpu_features().flatten()


def source_key(package: Path = PACKAGE) -> str:
    """Hash of all sources a kernel can reach, of the compiler and its settings, and of the processor."""
    digest = hashlib.sha256()
    reached = (path for path in package.rglob("*.py") if path.relative_to(package).parts[0] not in ABOVE
               or path.relative_to(package).parts[:2] == OWN_KERNELS)
    for path in sorted(reached):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    for part in (sys.version, version("numba"), version("llvmlite"), _processor()):
        digest.update(part.encode() + b"\0")
    for name in sorted(os.environ):
        if name.startswith("NUMBA_") and name != "NUMBA_CACHE_DIR":
            digest.update(f"{name}={os.environ[name]}\0".encode())
    return digest.hexdigest()[:16]


def _user_cache() -> Path:
    """The platform's folder for things that can be computed again."""
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def compiled() -> bool:
    """Whether kernels are at hand from an earlier run; always without compilation."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") != "0" or (CACHE_DIR is not None and any(CACHE_DIR.rglob("*.nbi")))


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _choose_cache() -> Path | None:
    """The folder to cache in, None when compiled code cannot be kept. A folder set by the user wins."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    # A folder inherited from a parent process of ours is not the user's: sources may have changed since.
    if chosen and chosen != os.environ.get(_OURS):
        return Path(chosen) if _writable(Path(chosen)) else None
    try:
        folder = _user_cache() / "pledgefund" / f"numba-{source_key()}"
    except (OSError, RuntimeError):  # no home folder, or sources not readable as files
        return None
    if not _writable(folder):
        return None
    os.environ["NUMBA_CACHE_DIR"] = os.environ[_OURS] = str(folder)
    return folder


CACHE_DIR = _choose_cache()

import numba  # noqa: E402  (after the cache folder has been chosen)

if CACHE_DIR is not None:
    setattr(numba.config, "CACHE_DIR", str(CACHE_DIR))  # noqa: B010  (numba may have been imported before us)
# numba only warns when it cannot cache a kernel; every later run would then compile again, so make it fail.
warnings.filterwarnings("error", message=".*[Cc]annot cache", category=numba.core.errors.NumbaWarning)


def kernel(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """Compile a function of numbers and arrays: cached, IEEE division, no GIL, no fast-math.

    Use bare (``@kernel``) or with numba's options (``@kernel(inline="always")``).
    """
    settings: dict[str, Any] = {"cache": CACHE_DIR is not None, "error_model": "numpy", "nogil": True}
    compile_ = numba.njit(**(settings | options))

    def decorate(plain: Callable[..., Any]) -> Any:
        return plain if os.environ.get("NUMBA_DISABLE_JIT") == "1" else _without_literals(compile_(plain))

    return decorate if function is None else decorate(function)


def _without_literals(dispatcher: Any) -> Any:
    """Compile once for all integers: numba would compile anew for every constant an argument is called with."""
    template = dispatcher.get_call_template

    def unliteral(args: Any, kws: Any) -> Any:
        return template(tuple(numba.types.unliteral(a) for a in args),
                        {name: numba.types.unliteral(a) for name, a in dict(kws).items()})

    dispatcher.get_call_template = unliteral
    return dispatcher


def inlined(function: Callable[..., Any]) -> Any:
    """Compile a small scalar rule into its caller."""
    return kernel(inline="always")(function)
