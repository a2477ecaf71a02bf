"""Static files, held in memory, under a path that changes with their content.

    assets = Assets(["zoco.web"])
    assets.url("theme.css")        # /static/5f3a9c21/theme.css
    Route("/static/{digest}/{path:path}", assets.serve)

The digest is of all files together, so that an ES module may import its neighbour by a relative
path. A browser file that the build should have fetched and did not is in `missing`; pages then do
without script and say so.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

VENDOR_FILES = ("vendor/bootstrap.min.css", "vendor/htmx.min.js", "vendor/hx-sse.min.js")
_FOR_EVER = "public, max-age=31536000, immutable"
_GZIP_BYTES_MIN = 500
# The machine's own table differs from machine to machine, and takes its time to read.
_MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}


@dataclass(frozen=True)
class _File:
    body: bytes
    media_type: str

    @cached_property
    def gzipped(self) -> bytes | None:
        """Made for the first who asks, once."""
        if len(self.body) < _GZIP_BYTES_MIN or not self.media_type.startswith(("text/", "image/svg")):
            return None
        return gzip.compress(self.body, mtime=0)


class Assets:
    """The `static` folders of the given packages, as one tree."""

    def __init__(self, packages: Sequence[str]) -> None:
        bodies: dict[str, bytes] = {}
        for package in packages:
            bodies |= _read_tree(files(package) / "static", "")
        digest = hashlib.sha256()
        for path in sorted(bodies):
            digest.update(path.encode() + b"\0" + bodies[path])
        self._digest = digest.hexdigest()[:8]
        self._files = {
            path: _File(body, _MEDIA_TYPES.get(PurePosixPath(path).suffix, "application/octet-stream"))
            for path, body in bodies.items()
        }
        self.missing = [path for path in VENDOR_FILES if path not in bodies]

    def url(self, path: str) -> str:
        """The address of a file; a name that does not exist is a mistake in a template."""
        if path not in self._files and path not in VENDOR_FILES:
            raise KeyError(path)
        return f"/static/{self._digest}/{path}"

    async def serve(self, request: Request) -> Response:
        """The endpoint of `/static/{digest}/{path:path}`."""
        file = self._files.get(request.path_params["path"])
        if file is None:
            raise HTTPException(404)
        current = request.path_params["digest"] == self._digest
        headers = {"cache-control": _FOR_EVER if current else "no-cache", "vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", "") and file.gzipped is not None:
            headers["content-encoding"] = "gzip"
            return Response(file.gzipped, media_type=file.media_type, headers=headers)
        return Response(file.body, media_type=file.media_type, headers=headers)


def _read_tree(folder: Traversable, prefix: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    if not folder.is_dir():
        return found
    for entry in folder.iterdir():
        if entry.is_dir():
            found |= _read_tree(entry, f"{prefix}{entry.name}/")
        else:
            found[f"{prefix}{entry.name}"] = entry.read_bytes()
    return found
