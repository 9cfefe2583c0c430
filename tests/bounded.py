"""How long hypothesis looks for counterexamples: importing this sets it for the whole run, and conftest does so for all.

Short everywhere, never by the clock; the same each time under `HYPOTHESIS_PROFILE=steady`, which CI sets; `long` searches for minutes.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("bounded", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("steady", settings.get_profile("bounded"), derandomize=True)
settings.register_profile("long", settings.get_profile("bounded"), max_examples=3000)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "bounded")
settings.load_profile(PROFILE)


def many(examples: int) -> settings:
    """So many examples where CI runs, a fiftieth elsewhere, tenfold in a long search: for what feeds everything with anything."""
    return settings(max_examples={"steady": examples, "long": 10 * examples}.get(PROFILE, examples // 50))
