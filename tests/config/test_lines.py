"""Lines of keys."""

from coven_watchdog.config.lines import lines_of

TEXT = '''\
name = "x"   # comment
probe.health_interval = "5s"
text = """
fake = 1
"""

[severity]
"session.*" = "off"

[[channels]]
name = "a"
[[channels]]
'url' = "json://x"
one = """on one line"""
after = 1
'''


def test_every_key_has_its_line() -> None:
    """Plain, dotted and quoted keys, tables and array entries are found; what looks like one inside a long text is not."""
    assert lines_of(TEXT) == {
        "name": 1,
        "probe.health_interval": 2,
        "text": 3,
        "severity": 7,
        "severity.session.*": 8,
        "channels": 10,
        "channels[0]": 10,
        "channels[0].name": 11,
        "channels[1]": 12,
        "channels[1].url": 13,
        "channels[1].one": 14,
        "channels[1].after": 15,
    }
