"""All knowledge of Coven: where its files lie, how it answers, which processes are its own, what its log says.

Bytes, files and processes come in; facts of `model` go out. Everything that Coven says is hostile text until a renderer has
neutralised it. Facts are marked by their source: "seen on 0.4.6" was observed on that version, "contract" is published.
"""
