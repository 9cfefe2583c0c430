"""The file that `config init` writes: at most 15 lines, all of it working as it stands."""

TEMPLATE = """\
# coven-watchdog: every key is optional. Show them all: coven-watchdog config show
# Keys complete in editors: coven-watchdog config schema > schema.json, and here: #:schema ./schema.json
# homes = ["~/.coven"]

[[channels]]
name = "desktop"
url = "desktop://"
also = ["session.finished"]

# One more channel. Any Apprise URL: https://appriseit.com/services/ · try it: coven-watchdog notify test
# [[channels]]
# name = "phone"
# url = "ntfys://ntfy.sh/a-topic-nobody-guesses"
# min_severity = "warning"
"""
