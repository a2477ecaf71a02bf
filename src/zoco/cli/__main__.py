"""`python -m zoco.cli` is `zoco`."""

from __future__ import annotations

import sys

from zoco.cli import main

sys.exit(main())
