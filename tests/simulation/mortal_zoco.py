"""A `zoco up` that is killed and started again on the same folder."""

from __future__ import annotations

from pathlib import Path

from tests.cli.running_zoco import free_port
from tests.simulation.mortal_program import MortalProgram

OPERATOR_KEY = "the operator of the kills"


class MortalZoco(MortalProgram):
    """Its addresses stay the same in all its lives."""

    def __init__(self, folder: Path, *flags: str, ports: tuple[int, int] | None = None) -> None:
        self.ports = port, desk_port = ports or (free_port(), free_port())
        self.url = f"http://127.0.0.1:{port}"
        self.urls = [self.url]
        self.desk_url = f"http://127.0.0.1:{desk_port}"
        super().__init__(
            folder,
            *("up", "--operator-key", OPERATOR_KEY, "--data", str(folder)),
            *("--port", str(port), "--desk-port", str(desk_port), *flags),
            until="Ctrl-C stops everything",
        )
