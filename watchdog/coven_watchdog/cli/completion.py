"""`completion`: a script for the shell, which asks this program what can come next."""

import click
from click.shell_completion import get_completion_class

from coven_watchdog.cli.app import root
from coven_watchdog.cli.frame import PROGRAM, Command, terms_of
from coven_watchdog.cli.output import Output

COMPLETE_VARIABLE = "_COVEN_WATCHDOG_COMPLETE"
_SHELLS = ("bash", "zsh", "fish")


@click.command(
    "completion",
    cls=Command,
    examples=[
        ("completion bash", 'then: eval "$(coven-watchdog completion bash)" in ~/.bashrc'),
        ("completion zsh > ~/.zfunc/_coven-watchdog", "with fpath+=~/.zfunc before compinit in ~/.zshrc"),
        ("completion fish > ~/.config/fish/completions/coven-watchdog.fish", "fish reads it by itself"),
    ],
)
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> int:
    """Prints a completion script for bash, zsh or fish."""
    maker = get_completion_class(shell)
    assert maker is not None, "click knows these three shells"
    made = maker(root, {}, PROGRAM, COMPLETE_VARIABLE)
    # Its source() would start a bash to look at its version; ours only prints.
    Output(terms_of(ctx)).text(made.source_template % made.source_vars())
    return 0
