"""Modules that are loaded at their first use."""

from __future__ import annotations

import subprocess
import sys

import pytest

from zoco.deferred import deferred


def said_by(program: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    ).stdout


def test_it_is_loaded_by_the_first_look() -> None:
    program = """
import sys
from zoco.deferred import deferred
wave = deferred("wave")
print("chunk" in sys.modules or "audioop" in sys.modules, wave.open.__name__, sys.modules["wave"] is wave)
import wave as ordinary
print(ordinary is wave, deferred("wave") is wave)
"""
    assert said_by(program) == "False open True\nTrue True\n"


def test_one_that_is_loaded_already_is_itself() -> None:
    assert deferred("sys") is sys


def test_a_missing_one_is_told_of_at_once() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        deferred("no_such_module")
