"""The scripted scenes of `coven-watchdog demo`: a simulated Coven breaks, and the real daemon of ours tells about it.

Options go in, a stream of events comes out, for `cli` to print as they come:

    async with play(DemoOptions(fast=fast, channel=secret_or_none, environment=os.environ)) as events:
        async for event in events:
            ...  # Narrated | Arrived | Troubled | NextSteps, see `events`

Leaving the `async with`, also by Ctrl-C, ends every process and removes every file of the demo.
"""
