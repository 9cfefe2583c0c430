"""The answer of `GET /capabilities` comes in; the names of what is available go out (contract; shape seen on 0.4.6)."""

import msgspec

from coven_watchdog.coven.decoding import Decoder

_AVAILABLE = "available"
_AT_MOST = 512


class _Capability(msgspec.Struct, frozen=True):
    id: str
    status: str | None = None


class _Capabilities(msgspec.Struct, frozen=True):
    capabilities: list[_Capability]


_decode: Decoder[_Capabilities] = Decoder(_Capabilities)


def decode_adapters(body: bytes) -> tuple[str, ...]:
    """What the daemon's adapters offer now; what is only planned, or stands there as anything else, is not offered.

    Raises:
        NotContractError: not JSON, or of another shape.
    """
    found = _decode(body).capabilities[:_AT_MOST]
    return tuple(one.id for one in found if one.status == _AVAILABLE)
