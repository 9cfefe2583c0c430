"""Text in, the places of what looks like a key by itself out: the shapes of providers, JWTs, private keys.

Every repetition is bounded or eats what no later part wants, and a shape is looked for only where its first letters stand, so
time is linear in the text. What stays: ids, hashes, versions, times, error codes.
"""

import re
from collections.abc import Iterator

from coven_watchdog.model.words import Masked
from coven_watchdog.redact.spans import Span

BEGINS = (
    r"(?:(?<![A-Za-z0-9_-])|(?<=\\[abfnrtv0])|(?<=%[0-9A-Fa-f]{2})|(?<=\\x[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4})"
    r"|(?<=[0-9;\[]m))"
)
"""Where a word can begin: behind what is no part of one, behind an escape that stands for such, behind a colour."""

_SHAPES: tuple[tuple[str, str], ...] = (
    ("sk-", r"sk-[A-Za-z0-9_-]{16,512}"),  # OpenAI, Anthropic, OpenRouter, DeepSeek, LangSmith's older
    ("_live_", r"(?:sk|pk|rk)_live_[A-Za-z0-9]{10,256}"),  # Stripe, Clerk
    ("_test_", r"(?:sk|pk|rk)_test_[A-Za-z0-9]{10,256}"),
    ("whsec_", r"whsec_[A-Za-z0-9+/=]{16,256}"),
    ("gh", r"gh[opsur]_[A-Za-z0-9]{20,256}"),  # GitHub
    ("github_pat_", r"github_pat_[A-Za-z0-9_]{20,256}"),
    ("gl", r"gl[a-z]{2,5}-[A-Za-z0-9_-]{16,256}"),  # GitLab
    ("GR1348941", r"GR1348941[A-Za-z0-9_-]{20,64}"),
    ("xox", r"xox[abceoprs]-[A-Za-z0-9-]{10,256}"),  # Slack
    ("xapp-", r"xapp-[A-Za-z0-9-]{10,256}"),
    ("A", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"),  # AWS
    ("ABSK", r"ABSK[A-Za-z0-9+/]{60,256}={0,2}"),
    ("AIza", r"AIza[A-Za-z0-9_-]{30,64}"),  # Google
    ("ya29.", r"ya29\.[A-Za-z0-9_-]{16,2048}"),
    ("GOCSPX-", r"GOCSPX-[A-Za-z0-9_-]{20,64}"),
    ("1//0", r"1//0[A-Za-z0-9_-]{30,256}"),
    ("hf_", r"hf_[A-Za-z0-9]{20,256}"),  # Hugging Face
    ("npm_", r"npm_[A-Za-z0-9]{30,64}"),
    ("pypi-", r"pypi-[A-Za-z0-9_-]{16,1024}"),
    ("cio", r"cio[A-Za-z0-9]{32}(?![A-Za-z0-9])"),  # crates.io
    ("rubygems_", r"rubygems_[a-f0-9]{40,64}"),
    ("dckr_pat_", r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,64}"),  # Docker
    ("_v1_", r"do[opr]_v1_[a-f0-9]{32,128}"),  # DigitalOcean
    ("SG.", r"SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,128}"),  # SendGrid
    ("key-", r"key-[a-f0-9]{32}(?![A-Za-z0-9])"),  # Mailgun
    ("xkeysib-", r"xkeysib-[a-f0-9]{32,128}-[A-Za-z0-9]{8,64}"),  # Brevo
    ("-us", r"[a-f0-9]{32}-us[0-9]{1,2}(?![A-Za-z0-9])"),  # Mailchimp
    ("SK", r"SK[a-f0-9]{32}(?![A-Za-z0-9])"),  # Twilio
    ("gsk_", r"gsk_[A-Za-z0-9]{20,256}"),  # Groq
    ("xai-", r"xai-[A-Za-z0-9]{20,256}"),
    ("r8_", r"r8_[A-Za-z0-9]{30,64}"),  # Replicate
    ("nvapi-", r"nvapi-[A-Za-z0-9_-]{20,256}"),
    ("pplx-", r"pplx-[A-Za-z0-9_-]{20,256}"),
    ("tvly-", r"tvly-[A-Za-z0-9_-]{20,256}"),
    ("fw_", r"fw_[A-Za-z0-9]{20,64}"),  # Fireworks
    ("csk-", r"csk-[A-Za-z0-9]{30,128}"),  # Cerebras
    ("lsv2_", r"lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{8,16}"),  # LangSmith
    ("pcsk_", r"pcsk_[A-Za-z0-9_]{30,128}"),  # Pinecone
    ("lin_", r"lin_(?:api|oauth)_[A-Za-z0-9]{30,64}"),  # Linear
    ("ntn_", r"ntn_[A-Za-z0-9]{30,64}"),  # Notion
    ("secret_", r"secret_[A-Za-z0-9]{40,64}"),
    ("figd_", r"figd_[A-Za-z0-9_-]{30,64}"),  # Figma
    ("pat", r"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}"),  # Airtable
    ("ATATT3", r"ATATT3[A-Za-z0-9_=-]{30,512}"),  # Atlassian
    ("ATBB", r"ATBB[A-Za-z0-9]{24,64}(?![A-Za-z0-9])"),
    ("dapi", r"dapi[a-f0-9]{32}(?:-[0-9])?(?![A-Za-z0-9])"),  # Databricks
    ("gl", r"glsa_[A-Za-z0-9]{32}_[a-fA-F0-9]{8}"),  # Grafana
    ("glc_", r"glc_[A-Za-z0-9+/=]{32,400}"),
    ("sntry", r"sntry[su]_[A-Za-z0-9+/=_]{40,400}"),  # Sentry
    ("sbp_", r"sbp_[a-f0-9]{40}(?![A-Za-z0-9])"),  # Supabase
    ("sb_secret_", r"sb_secret_[A-Za-z0-9_-]{20,64}"),
    ("shp", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}(?![A-Za-z0-9])"),  # Shopify
    ("sq0", r"sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,64}"),  # Square
    ("EAAA", r"EAAA[A-Za-z0-9_-]{56,128}"),
    ("NRAK-", r"NRAK-[A-Z0-9]{27}(?![A-Za-z0-9])"),  # New Relic
    ("phc_", r"phc_[A-Za-z0-9]{32,64}"),  # PostHog
    ("phx_", r"phx_[A-Za-z0-9]{32,64}"),
    ("pul-", r"pul-[a-f0-9]{40}(?![A-Za-z0-9])"),  # Pulumi
    ("fo1_", r"fo1_[A-Za-z0-9_-]{40,64}"),  # Fly
    ("fm", r"fm[12][ar]?_[A-Za-z0-9+/=_-]{60,2048}"),
    ("HRKU-", r"HRKU-[A-Za-z0-9_-]{30,128}"),  # Heroku
    ("tskey-", r"tskey-[a-z]{3,10}-[A-Za-z0-9-]{16,128}"),  # Tailscale
    ("hv", r"hv[bs]\.[A-Za-z0-9_-]{20,512}"),  # Vault
    (".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{40,128}"),  # Terraform Cloud
    ("dp.", r"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9.]{30,128}"),  # Doppler
    ("ops_", r"ops_ey[A-Za-z0-9_-]{40,4096}"),  # 1Password
    ("v1.0-", r"v1\.0-[a-f0-9]{24}-[a-f0-9]{64,256}"),  # Cloudflare's origin keys
    ("AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[A-Z0-9]{40,64}"),
    ("PMAK-", r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),  # Postman
    ("CCIPAT_", r"CCIPAT_[A-Za-z0-9]{22}_[a-f0-9]{40}"),  # CircleCI
    ("bkua_", r"bkua_[a-f0-9]{40}"),  # Buildkite
    ("tk_", r"tk_[A-Za-z0-9]{20,64}"),  # ntfy
    (":", r"[0-9]{8,10}:[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),  # Telegram bots
    (".", r"[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}(?![A-Za-z0-9_-])"),  # Discord bots
    (".ey", r"ey[A-Za-z0-9_-]{8,4096}\.ey[A-Za-z0-9_-]{4,4096}\.[A-Za-z0-9_-]{4,4096}"),  # JWT
    (
        "..",
        r"eyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{0,1024}\.[A-Za-z0-9_-]{8,1024}\.[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,64}",
    ),
)
# A longer token than any known is masked to its end.
_COMPILED = tuple((hint, re.compile(f"{BEGINS}{shape}[A-Za-z0-9_-]*")) for hint, shape in _SHAPES)

_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(r"-----END [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----")
_LONGEST_KEY = 16384
_LINE = r"[A-Za-z0-9+/=]{16,128}|[A-Za-z0-9+/]{1,15}={1,2}(?![A-Za-z0-9+/=])"
_CUT_KEY = re.compile(
    rf"(?:(?:\s|\\{{1,8}}[nrt]){{1,16}}(?:[A-Za-z-]{{4,16}}: [A-Za-z0-9,:. -]{{1,80}}(?=\s|\\)|{_LINE})){{0,400}}"
)
"""What may follow the first line of a key whose end is not there: its lines, and nothing else."""


def find(text: str) -> Iterator[Span]:
    """The places of keys that give themselves away."""
    yield from _private_keys(text)
    for hint, shape in _COMPILED:
        if hint in text:
            yield from (Span(*match.span(), Masked.TOKEN) for match in shape.finditer(text))


def _private_keys(text: str) -> Iterator[Span]:
    """From one beginning to the next at most, so that no part of the text is looked at for each of them."""
    begin = _BEGIN.search(text)
    while begin:
        follows = _BEGIN.search(text, begin.end())
        limit = begin.end() + _LONGEST_KEY if follows is None else min(begin.end() + _LONGEST_KEY, follows.start())
        end = _END.search(text, begin.end(), limit) or _CUT_KEY.match(text, begin.end())
        yield Span(begin.start(), end.end() if end else begin.end(), Masked.PRIVATE_KEY)
        begin = follows
