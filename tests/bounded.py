"""How long hypothesis looks for counterexamples: importing this sets it for the whole run.

Short everywhere, the same each time in CI; `HYPOTHESIS_PROFILE=long` searches for minutes.
"""

import os

from hypothesis import settings

settings.register_profile("bounded", max_examples=50, deadline=None, derandomize=bool(os.environ.get("CI")))
settings.register_profile("long", max_examples=3000, deadline=None)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "bounded")
settings.load_profile(PROFILE)
