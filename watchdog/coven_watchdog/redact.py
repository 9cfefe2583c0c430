"""Text in, the same text with secret-shaped parts masked out. Used for logs, messages, errors and scenes.

A secret may be hidden by what nobody sees: text of others goes through `cleared`. Every repetition is bounded or eats what no later part wants, and tokens are looked for only where a token can begin, so time is
linear in the text. What stays: ids, hashes, versions, times, error codes.
"""

import re
import unicodedata

MASK = "[redacted]"

# Introduced by two characters, or by the one that means the same.
_ANSI = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[@-_]")
_SPACE = re.compile(r"\s+")
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})

_BEGINS = r"(?<![A-Za-z0-9_-])"
_SHAPES = (
    r"sk-[A-Za-z0-9_-]{16,512}",  # OpenAI, Anthropic, OpenRouter
    r"(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{10,256}",  # Stripe
    r"whsec_[A-Za-z0-9+/=]{16,256}",
    r"gh[opsur]_[A-Za-z0-9]{20,256}",  # GitHub
    r"github_pat_[A-Za-z0-9_]{20,256}",
    r"gl[a-z]{2,5}-[A-Za-z0-9_-]{16,256}",  # GitLab
    r"xox[abeoprs]-[A-Za-z0-9-]{10,256}",  # Slack
    r"xapp-[A-Za-z0-9-]{10,256}",
    r"(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])",  # AWS
    r"AIza[A-Za-z0-9_-]{30,64}",  # Google
    r"ya29\.[A-Za-z0-9_-]{16,2048}",
    r"hf_[A-Za-z0-9]{20,256}",  # Hugging Face
    r"npm_[A-Za-z0-9]{30,64}",
    r"pypi-[A-Za-z0-9_-]{16,1024}",
    r"dop_v1_[a-f0-9]{32,128}",  # DigitalOcean
    r"SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,128}",  # SendGrid
    r"gsk_[A-Za-z0-9]{20,256}",  # Groq
    r"xai-[A-Za-z0-9]{20,256}",
    r"r8_[A-Za-z0-9]{30,64}",  # Replicate
    r"(?:nvapi|pplx|tvly)-[A-Za-z0-9_-]{20,256}",  # NVIDIA, Perplexity, Tavily
    r"lin_api_[A-Za-z0-9]{30,64}",  # Linear
    r"ntn_[A-Za-z0-9]{30,64}",  # Notion
    r"hv[sb]\.[A-Za-z0-9_-]{20,512}",  # Vault
    r"AGE-SECRET-KEY-1[A-Z0-9]{40,64}",
    r"tk_[A-Za-z0-9]{20,64}",  # ntfy
    r"[0-9]{8,10}:[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])",  # Telegram bots
    r"ey[A-Za-z0-9_-]{8,4096}\.ey[A-Za-z0-9_-]{4,4096}\.[A-Za-z0-9_-]{4,4096}",  # JWT
)
# A longer token than any known is masked to its end.
_WHOLE = re.compile(f"{_BEGINS}(?:{'|'.join(_SHAPES)})[A-Za-z0-9_-]*")
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----(?:(?!-----END)[\s\S]){0,16384}(?:-----END [A-Z ]{0,32}PRIVATE KEY-----)?"
)
_WEBHOOK = re.compile(r"(?i)(\bhttps?://(?:hooks\.slack\.com|(?:\w{1,16}\.)?discord(?:app)?\.com/api)/)[^\s\"'<>]{1,1024}")
_URL_LOGIN = re.compile(r"(\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://)[^\s/\"'<>]{1,512}@")
_COOKIE = re.compile(r"(?i)(\bcookie[ \t]{0,4}:[ \t]{0,4})[^\r\n\"']{1,4096}")
_SCHEME = re.compile(
    r"(?i)(\bauthorization[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"']?(?:(?:bearer|basic|token|digest)[ \t]{1,4})?|\bbearer[ \t]{1,4})"
    r"[^\s\"',;]{6,4096}"
)
_TELLING = (
    r"(?:(?:api|access|account|auth|client|encryption|master|private|secret|session|signing|ssh)[_-]?key"
    r"|auth(?![A-Za-z])|authentication|credentials?|passphrase|passwd|password|pwd|secret|token(?!s|iz))"
)
_QUOTED = r"(?:(\\{0,3}\")|(\\{0,3}'))?"
_VALUE = r"(?(2)[^\"\r\n]{1,4096}|(?(3)[^'\r\n]{1,4096}|[^\s\"',;&}\\]{4,4096}))"
_NAMED = re.compile(rf"(?i)({_TELLING}[A-Za-z0-9_-]{{0,32}}\\{{0,3}}[\"']?[ \t]{{0,4}}[:=]>?[ \t]{{0,4}}){_QUOTED}{_VALUE}")
_FLAG = re.compile(rf"(?i)((?<![\w-])--[a-z0-9-]{{0,32}}{_TELLING}[a-z0-9-]{{0,16}}[ =]){_QUOTED}{_VALUE}")
_QUERY = re.compile(r"(?i)([?&](?:sig|signature|key|code)=)[^\s&#\"'<>]{6,1024}")
_BARE_KEY = re.compile(r"(?i)((?<![A-Za-z])key[ \t]{0,2}=[ \t]{0,2}[\"']?)(?=[^\s\"']{0,64}[0-9])[A-Za-z0-9+/=_.-]{8,512}")
_SPOKEN = re.compile(rf"(?i)(\b{_TELLING} (?:is|was) [\"'`]?)(?=[^\s]{{0,64}}[0-9])[^\s\"'`]{{6,512}}")


def redact(text: str) -> str:
    """The text with every secret-shaped part replaced by `[redacted]`."""
    text = _WHOLE.sub(MASK, _PRIVATE_KEY.sub(MASK, text))
    text = _URL_LOGIN.sub(rf"\1{MASK}@", text)
    for pattern in (_WEBHOOK, _COOKIE, _SCHEME, _QUERY, _BARE_KEY, _SPOKEN):
        text = pattern.sub(rf"\1{MASK}", text)

    for pattern in (_NAMED, _FLAG):
        text = pattern.sub(rf"\1\2\3{MASK}", text)

    return text


def visible(text: str) -> str:
    """The text as one line, without control, ANSI and bidirectional characters and without what has no shape."""
    plain = _ANSI.sub("", text)
    spaced = "".join(" " if char.isspace() else char for char in plain)
    shown = "".join(char for char in spaced if unicodedata.category(char) not in _INVISIBLE)
    return _SPACE.sub(" ", shown).strip()


def cleared(text: str) -> str:
    """`visible` and `redact` in one: what nobody sees may stand within a secret, or be all that parts it from a word."""
    return redact(visible(text if text.isprintable() else redact(_ANSI.sub("\0", text))))
