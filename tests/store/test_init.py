"""What the package gives costs nothing until it is used."""

import subprocess
import sys


def test_a_glance_loads_no_model() -> None:
    """What a prompt needs of the store brings neither the model's classes nor the writer along."""
    code = "import sys, coven_watchdog.store.glance as g; print([m for m in sys.modules if m.startswith('coven_watchdog.')])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "coven_watchdog.store.glance" in loaded
    assert not any(
        word in loaded for word in ("coven_watchdog.model", "coven_watchdog.store.store", "coven_watchdog.store.reading")
    )
