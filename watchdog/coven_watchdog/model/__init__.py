"""The shared vocabulary: every enum (`words`) and the frozen dataclasses that travel between layers.

`facts` go in (what sources saw), `verdicts` and `incidents` are what the core makes of them, `telling` goes out.
"""
