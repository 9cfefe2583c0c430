"""Text in, the same text with secret-shaped parts masked out. Used for logs, messages, errors and scenes.

The patterns have no nested repetition, so time is linear in the text. What stays: ids, hashes, versions, times, error codes.
"""

import re

MASK = "[redacted]"

_TELLING = r"(?:api[_-]?key|apikey|access[_-]?key|auth(?:orization)?|bearer|cookie|credential|passphrase|passwd|password|pwd|secret|token)"

_SHAPES = (
    r"\bsk-[A-Za-z0-9_-]{16,512}",  # OpenAI, Anthropic, OpenRouter
    r"\b(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{10,256}",  # Stripe
    r"\bgh[opsur]_[A-Za-z0-9]{20,256}",  # GitHub
    r"\bgithub_pat_[A-Za-z0-9_]{20,256}",
    r"\bglpat-[A-Za-z0-9_-]{16,256}",  # GitLab
    r"\bxox[abeoprs]-[A-Za-z0-9-]{10,256}",  # Slack
    r"\bxapp-[A-Za-z0-9-]{10,256}",
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",  # AWS
    r"\bAIza[A-Za-z0-9_-]{30,64}",  # Google
    r"\bya29\.[A-Za-z0-9_-]{16,2048}",
    r"\bhf_[A-Za-z0-9]{20,256}",  # Hugging Face
    r"\bnpm_[A-Za-z0-9]{30,64}",
    r"\bpypi-[A-Za-z0-9_-]{16,1024}",
    r"\bdop_v1_[a-f0-9]{32,128}",  # DigitalOcean
    r"\bSG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,128}",  # SendGrid
    r"\bgsk_[A-Za-z0-9]{20,256}",  # Groq
    r"\bxai-[A-Za-z0-9]{20,256}",
    r"\btk_[A-Za-z0-9]{20,64}",  # ntfy
    r"\b[0-9]{8,10}:[A-Za-z0-9_-]{35}\b",  # Telegram bots
    r"\bey[A-Za-z0-9_-]{8,4096}\.ey[A-Za-z0-9_-]{4,4096}\.[A-Za-z0-9_-]{4,4096}",  # JWT
    r"-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----[^-]{0,16384}(?:-----END [A-Z ]{0,32}PRIVATE KEY-----)?",
)
_WHOLE = re.compile("|".join(_SHAPES))
_URL_LOGIN = re.compile(r"(\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://)[^\s/@\"'<>]{1,512}@")
_HEADER = re.compile(
    r"(?i)(\b(?:proxy-)?authorization\s*[:=]\s*[\"']?(?:bearer|basic|token|digest)?\s*|\bbearer\s+|\bset-cookie\s*:\s*|\bcookie\s*:\s*)[^\s\"',;]{6,4096}"
)
_NAMED = re.compile(
    rf"(?i)(\b[A-Za-z0-9_.-]{{0,64}}{_TELLING}[A-Za-z0-9_-]{{0,32}}\\{{0,3}}[\"']?\s{{0,4}}[:=]\s{{0,4}}\\{{0,3}}[\"']?)([^\s\"',;&}}\\]{{4,4096}})"
)
_FLAG = re.compile(rf"(?i)(--[a-z0-9-]{{0,32}}{_TELLING}[a-z0-9-]{{0,16}}[ =])([^\s\"']{{4,4096}})")


def redact(text: str) -> str:
    """The text with every secret-shaped part replaced by `[redacted]`."""
    text = _WHOLE.sub(MASK, text)
    text = _URL_LOGIN.sub(rf"\1{MASK}@", text)
    for pattern in (_HEADER, _NAMED, _FLAG):
        text = pattern.sub(rf"\1{MASK}", text)

    return text
