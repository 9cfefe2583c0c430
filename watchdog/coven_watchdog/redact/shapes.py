"""Text in, the places of what looks like a key by itself out: the shapes of providers, JWTs, private keys.

Keys are long: only runs of the characters that they are made of are looked at, and there only for shapes whose first letters
stand in one. Every repetition is bounded or eats what no later part wants, so time is linear in the text. What stays: ids, hashes, versions, times, error codes.
"""

import re
from collections.abc import Iterator
from functools import cache

from coven_watchdog.model.words import Masked
from coven_watchdog.redact.scan import runs
from coven_watchdog.redact.spans import Span

_SURE = r"(?=[a-z_-]{0,200}[A-Z0-9])"
"""Not a chain of ordinary words."""
_PREFIXED: tuple[tuple[str, str], ...] = (
    ("sk-", rf"{_SURE}[A-Za-z0-9_-]{{16,512}}"),  # OpenAI, Anthropic, OpenRouter, DeepSeek, LangSmith's older
    ("sk_live_", r"[A-Za-z0-9]{10,256}"),  # Stripe, Clerk
    ("pk_live_", r"[A-Za-z0-9]{10,256}"),
    ("rk_live_", r"[A-Za-z0-9]{10,256}"),
    ("sk_test_", r"[A-Za-z0-9]{10,256}"),
    ("pk_test_", r"[A-Za-z0-9]{10,256}"),
    ("rk_test_", r"[A-Za-z0-9]{10,256}"),
    ("whsec_", r"[A-Za-z0-9+/=]{16,256}"),
    ("gh", r"[opsur]_[A-Za-z0-9]{20,256}"),  # GitHub
    ("github_pat_", r"[A-Za-z0-9_]{20,256}"),
    ("gl", r"(?:pat|rt|dt|cbt|ptt|ft|imt|agent|soat|wt|oas|ffct)-[A-Za-z0-9_-]{16,256}"),  # GitLab
    ("GR1348941", r"[A-Za-z0-9_-]{20,64}"),
    ("xox", r"[abceoprs]-[A-Za-z0-9-]{10,256}"),  # Slack
    ("xapp-", rf"{_SURE}[A-Za-z0-9-]{{10,256}}"),
    ("AKIA", r"[A-Z0-9]{16}(?![A-Za-z0-9])"),  # AWS
    ("ASIA", r"[A-Z0-9]{16}(?![A-Za-z0-9])"),
    ("ABIA", r"[A-Z0-9]{16}(?![A-Za-z0-9])"),
    ("ACCA", r"[A-Z0-9]{16}(?![A-Za-z0-9])"),
    ("ABSK", r"[A-Za-z0-9+/]{60,256}={0,2}"),
    ("AIza", r"[A-Za-z0-9_-]{30,64}"),  # Google
    ("ya29.", r"[A-Za-z0-9_-]{16,2048}"),
    ("GOCSPX-", r"[A-Za-z0-9_-]{20,64}"),
    ("1//0", r"[A-Za-z0-9_-]{30,256}"),
    ("hf_", r"[A-Za-z0-9]{20,256}"),  # Hugging Face
    ("npm_", r"[A-Za-z0-9]{30,64}"),
    ("pypi-", rf"{_SURE}[A-Za-z0-9_-]{{16,1024}}"),
    ("cio", r"[A-Za-z0-9]{32}(?![A-Za-z0-9])"),  # crates.io
    ("rubygems_", r"[a-f0-9]{40,64}"),
    ("dckr_", r"(?:pat|oat)_[A-Za-z0-9_-]{20,64}"),  # Docker
    ("do", r"[opr]_v1_[a-f0-9]{32,128}"),  # DigitalOcean
    ("SG.", r"[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,128}"),  # SendGrid
    ("key-", r"[a-f0-9]{32}(?![A-Za-z0-9])"),  # Mailgun
    ("xkeysib-", r"[a-f0-9]{32,128}-[A-Za-z0-9]{8,64}"),  # Brevo
    ("SK", r"[a-f0-9]{32}(?![A-Za-z0-9])"),  # Twilio
    ("gsk_", r"[A-Za-z0-9]{20,256}"),  # Groq
    ("xai-", r"[A-Za-z0-9]{20,256}"),
    ("r8_", r"[A-Za-z0-9]{30,64}"),  # Replicate
    ("nvapi-", rf"{_SURE}[A-Za-z0-9_-]{{20,256}}"),
    ("pplx-", rf"{_SURE}[A-Za-z0-9_-]{{20,256}}"),
    ("tvly-", rf"{_SURE}[A-Za-z0-9_-]{{20,256}}"),
    ("fw_", r"[A-Za-z0-9]{20,64}"),  # Fireworks
    ("csk-", r"[A-Za-z0-9]{30,128}"),  # Cerebras
    ("lsv2_", r"(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{8,16}"),  # LangSmith
    ("pcsk_", r"[A-Za-z0-9_]{30,128}"),  # Pinecone
    ("lin_", r"(?:api|oauth)_[A-Za-z0-9]{30,64}"),  # Linear
    ("ntn_", r"[A-Za-z0-9]{30,64}"),  # Notion
    ("secret_", r"[A-Za-z0-9]{40,64}"),
    ("figd_", r"[A-Za-z0-9_-]{30,64}"),  # Figma
    ("pat", r"[A-Za-z0-9]{14}\.[a-f0-9]{64}"),  # Airtable
    ("ATATT3", r"[A-Za-z0-9_=-]{30,512}"),  # Atlassian
    ("ATBB", r"[A-Za-z0-9]{24,64}(?![A-Za-z0-9])"),
    ("dapi", r"[a-f0-9]{32}(?:-[0-9])?(?![A-Za-z0-9])"),  # Databricks
    ("gl", r"sa_[A-Za-z0-9]{32}_[a-fA-F0-9]{8}"),  # Grafana
    ("glc_", r"[A-Za-z0-9+/=]{32,400}"),
    ("sntry", r"[su]_[A-Za-z0-9+/=_]{40,400}"),  # Sentry
    ("sbp_", r"[a-f0-9]{40}(?![A-Za-z0-9])"),  # Supabase
    ("sb_secret_", r"[A-Za-z0-9_-]{20,64}"),
    ("shp", r"(?:at|ca|pa|ss)_[a-fA-F0-9]{32}(?![A-Za-z0-9])"),  # Shopify
    ("sq0", r"(?:atp|csp|idp)-[A-Za-z0-9_-]{22,64}"),  # Square
    ("EAAA", r"(?<![+/=]EAAA)[A-Za-z0-9_-]{56,128}"),
    ("NRAK-", r"[A-Z0-9]{27}(?![A-Za-z0-9])"),  # New Relic
    ("phc_", r"[A-Za-z0-9]{32,64}"),  # PostHog
    ("phx_", r"[A-Za-z0-9]{32,64}"),
    ("pul-", r"[a-f0-9]{40}(?![A-Za-z0-9])"),  # Pulumi
    ("fo1_", r"[A-Za-z0-9_-]{40,64}"),  # Fly
    ("fm", r"[12][ar]?_[A-Za-z0-9+/=_-]{60,2048}"),
    ("HRKU-", r"[A-Za-z0-9_-]{30,128}"),  # Heroku
    ("tskey-", r"[a-z]{3,10}-[A-Za-z0-9-]{16,128}"),  # Tailscale
    ("hv", r"[bs]\.[A-Za-z0-9_-]{20,512}"),  # Vault
    ("dp.", r"(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9.]{30,128}"),  # Doppler
    ("ops_", r"ey[A-Za-z0-9_-]{40,4096}"),  # 1Password
    ("v1.0-", r"[a-f0-9]{24}-[a-f0-9]{64,256}"),  # Cloudflare's origin keys
    ("AGE-SECRET-KEY-1", r"[A-Z0-9]{40,64}"),
    ("PMAK-", r"[a-f0-9]{24}-[a-f0-9]{34}"),  # Postman
    ("CCIPAT_", r"[A-Za-z0-9]{22}_[a-f0-9]{40}"),  # CircleCI
    ("bkua_", r"[a-f0-9]{40}"),  # Buildkite
    ("tk_", r"[A-Za-z0-9]{20,64}"),  # ntfy
    ("eyJ", r"[A-Za-z0-9_-]{8,4096}\.eyJ[A-Za-z0-9_-]{4,4096}\.?[A-Za-z0-9_-]{0,4096}"),  # JWT
    ("ey", r"[A-Za-z0-9_-]{8,4096}\.ey[A-Za-z0-9_-]{4,4096}\.[A-Za-z0-9_-]{4,4096}"),
    ("AKCp", r"[A-Za-z0-9]{60,80}"),  # Artifactory
    (
        "eyJ",
        r"[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{0,1024}\.[A-Za-z0-9_-]{8,1024}\.[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,64}",
    ),  # encrypted JWT
)
"""How keys of a provider begin, and what follows."""
_OTHERS: tuple[tuple[str, str], ...] = (
    ("-us", r"[a-f0-9]{32}-us[0-9]{1,2}(?![A-Za-z0-9])"),  # Mailchimp
    (".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{40,128}"),  # Terraform Cloud
    (":", r"[0-9]{8,10}:[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),  # Telegram bots
    (".", r"[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}(?![A-Za-z0-9_-])"),  # Discord bots
)
"""What stands within keys that begin with anything, and the whole."""
_BEHIND = (
    r"(?<![A-Za-z0-9_-]{})",
    r"(?<=\\[abfnrtv0]{})",
    r"(?<=%[0-9A-Fa-f][0-9A-Fa-f]{})",
    r"(?<=[0-9;\[]m{})",
    r"(?<=\\[xu][0-9A-Fa-f]{{2}}{})",
    r"(?<=\\u[0-9A-Fa-f]{{4}}{})",
)
"""Where a key can begin: behind what is no part of one, behind an escape that stands for such, behind a colour."""
# A longer token than any known is masked to its end.
_REST = r"[A-Za-z0-9_-]*"


@cache
def _shape(begin: str, rest: str) -> re.Pattern[str]:
    """Compiled when it is first wanted. What a pattern begins with is found quickly, so the look behind it comes second."""
    word = re.escape(begin)
    behind = "|".join(place.format(word) for place in _BEHIND)
    return re.compile(f"{word}(?:{behind}){rest}{_REST}")


def find(text: str) -> Iterator[Span]:
    """The places of keys that give themselves away."""
    if "PRIVATE KEY" in text:
        yield from _private_keys(text)

    long = list(runs(text))
    if not long:
        return

    stuff = "\n".join(text[start:end] for start, end in long)
    shapes = [(hint, _shape(hint, rest)) for hint, rest in _PREFIXED if hint in stuff]
    shapes += [(hint, _shape("", rest)) for hint, rest in _OTHERS if hint in stuff]
    for start, end in long:
        for hint, shape in shapes:
            if text.find(hint, start, end) >= 0:
                yield from (Span(*match.span(), Masked.TOKEN) for match in shape.finditer(text, start, end))


_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(r"-----END [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----")
_LONGEST_KEY = 16384
_LINE = r"[A-Za-z0-9+/=]{16,128}|[A-Za-z0-9+/]{1,15}={1,2}(?![A-Za-z0-9+/=])"
_CUT_KEY = re.compile(
    rf"(?:(?:\s|\\{{1,8}}[nrt]){{1,16}}(?:[A-Za-z-]{{4,16}}: [A-Za-z0-9,:. -]{{1,80}}(?=\s|\\)|{_LINE})){{0,400}}"
)
"""What may follow the first line of a key whose end is not there: its lines, and nothing else."""


def _private_keys(text: str) -> Iterator[Span]:
    """From one beginning to the next at most, so that no part of the text is looked at for each of them."""
    begin = _BEGIN.search(text)
    while begin:
        follows = _BEGIN.search(text, begin.end())
        limit = begin.end() + _LONGEST_KEY if follows is None else min(begin.end() + _LONGEST_KEY, follows.start())
        end = _END.search(text, begin.end(), limit) or _CUT_KEY.match(text, begin.end())
        yield Span(begin.start(), end.end() if end else begin.end(), Masked.PRIVATE_KEY)
        begin = follows
