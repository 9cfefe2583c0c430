"""Short ids for incidents, from an alphabet without look-alikes."""

from collections.abc import Callable, Iterator

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH = 4
_TRIES = 20


def names(taken: set[str], choose: Callable[[str], str]) -> Iterator[str]:
    """Ids that are not in `taken`; longer ones when the short ones get scarce. `choose` picks one character of a string."""
    length = _LENGTH
    while True:
        for _ in range(_TRIES):
            name = "".join(choose(ALPHABET) for _ in range(length))
            if name not in taken:
                taken.add(name)
                yield name
                break
        else:
            length += 1
