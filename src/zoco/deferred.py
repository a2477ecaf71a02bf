"""Modules that are loaded when they are first used, because a start should not wait for them.

    if TYPE_CHECKING:
        import aiohttp
    else:
        aiohttp = deferred("aiohttp")

For what is slow to load and not needed by every run: a library behind a button, the other commands, the
engine that is not used. The first use pays, so it belongs to no path that is in a hurry; and it must be on
the event loop's thread, as two threads could load it at once.
"""

from __future__ import annotations

import sys
from importlib.util import LazyLoader, find_spec, module_from_spec
from typing import Any


def deferred(name: str) -> Any:
    """The module of that name, loaded by the first look at one of its attributes."""
    if name in sys.modules:
        return sys.modules[name]
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"there is no module {name}")
    spec.loader = LazyLoader(spec.loader)
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
