"""The frozen list of schemes."""

import json
import subprocess
import sys

from coven_watchdog.config import schemes

_ASK_APPRISE = """
import json
from apprise.manager_plugins import NotificationManager
manager = NotificationManager()
manager.load_modules()
print(json.dumps(sorted(manager.schemas())))
"""


def test_the_list_is_what_apprise_knows() -> None:
    """The frozen list names exactly the schemes of the installed Apprise, those with missing system packages included."""
    asked = subprocess.run([sys.executable, "-c", _ASK_APPRISE], capture_output=True, check=True)
    assert set(json.loads(asked.stdout)) == schemes.APPRISE


def test_replacements_are_schemes_themselves() -> None:
    """What is advised against is known, and what is advised instead can be used."""
    assert set(schemes.BETTER) <= schemes.APPRISE
    assert set(schemes.BETTER.values()) <= schemes.SCHEMES - set(schemes.BETTER)


def test_what_is_unproven_is_a_scheme() -> None:
    """Each scheme whose success proves little exists."""
    assert set(schemes.UNPROVEN) <= schemes.APPRISE


def test_a_misspelled_scheme_finds_its_neighbour() -> None:
    """`discrod` suggests discord; nonsense suggests nothing."""
    assert schemes.suggestion("discrod") == "discord"
    assert not schemes.suggestion("qqqqqqqqqqqqqq")
