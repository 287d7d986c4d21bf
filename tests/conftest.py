"""How hypothesis searches: without a time limit per example, and the same way each time in CI."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("tradex", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("tradex")
