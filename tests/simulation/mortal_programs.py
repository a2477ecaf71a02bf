"""The programs of one market on PostgreSQL, each a process of its own, any of which may be killed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.cli.running_zoco import free_port
from tests.simulation.mortal_program import MortalProgram
from tests.simulation.mortal_zoco import OPERATOR_KEY


class MortalPrograms:
    """Two doors to one marketplace, two dispatchers, and a desk: `api-0`, `api-1`, `dispatch-0` …"""

    def __init__(self, folder: Path, *, marketplace_url: str, desk_url: str) -> None:
        ports = [free_port() for _ in range(2)]
        desk_port = free_port()
        self.urls: Sequence[str] = [f"http://127.0.0.1:{port}" for port in ports]
        self.url = self.urls[0]
        self.desk_url = f"http://127.0.0.1:{desk_port}"
        shared = ("--operator-key", OPERATOR_KEY, "--data", str(folder))
        marketplace = (*shared, "--database-url", marketplace_url)
        desk = (*shared, "--desk-database-url", desk_url, "--desk-port", str(desk_port))
        self.programs: Mapping[str, MortalProgram] = {
            **{
                f"api-{number}": MortalProgram(
                    folder, "api", *marketplace, "--port", str(port), until="`zoco dispatch`"
                )
                for number, port in enumerate(ports)
            },
            **{
                f"dispatch-{number}": MortalProgram(folder, "dispatch", *marketplace, until="dispatching")
                for number in range(2)
            },
            "desk": MortalProgram(folder, "desk", *desk, until="sales desk"),
        }

    @property
    def said(self) -> str:
        return "".join(program.said for program in self.programs.values())

    @property
    def lives(self) -> int:
        return sum(program.lives for program in self.programs.values())

    def run_from(self, source: Path | None) -> None:
        """What the programs' next lives run; None is this project's own."""
        for program in self.programs.values():
            program.source = source

    async def replace(self, name: str) -> None:
        """Stop a program in peace, and begin its next life."""
        assert await self.programs[name].stop() == 0
        await self.programs[name].start()

    async def start(self) -> None:
        """All that are not alive, at once."""
        dead = [program for program in self.programs.values() if not program.is_alive]
        if any(program.source for program in dead):
            # 0.1.0 cannot bear another one that looks at its folder in the same instant.
            for program in dead:
                await program.start()
        await asyncio.gather(*(program.start() for program in dead if not program.is_alive))

    async def ready(self) -> None:
        """Until all that have been begun can be used."""
        await asyncio.gather(*(program.ready() for program in self.programs.values() if program.is_alive))

    async def live_for(self, seconds: float) -> None:
        """Until then; a program that ends by itself is a failure, seen at once."""
        alive = [program for program in self.programs.values() if program.is_alive]
        await asyncio.gather(*(program.live_for(seconds) for program in alive))

    async def kill(self) -> None:
        await asyncio.gather(*(program.kill() for program in self.programs.values()))

    async def stop(self) -> int:
        return max(await asyncio.gather(*(program.stop() for program in self.programs.values())))
