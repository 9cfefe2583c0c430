"""All knowledge of Coven: where its files lie, how it answers, which processes are its own, what its log says.

Bytes, files and processes come in; facts of `model` go out. Everything that Coven says is hostile text until a renderer has
neutralised it. Facts are marked by their source: "seen on 0.4.6" was observed on that version, "contract" is published.
"""

import importlib.util
import sys

# httpx loads its own command line, and with it rich and pygments, wherever these are installed: 6 MiB and 60 ms for nothing.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # None is Python's word for "cannot be imported"

# httpcore asks for it at every request; where it is not installed, the search for it costs a fifth of a probe.
if importlib.util.find_spec("sniffio") is None:
    sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type] # the same
