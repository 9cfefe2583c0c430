"""The shape that every command shares: general options, help with examples first, and commands loaded when they are called."""

import difflib
import inspect
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from coven_watchdog.cli.terms import Terms

Lazy = tuple[str, str, str]
"""A command's name, `module:function`, and its line in the overview."""

PROGRAM = "coven-watchdog"
_TERM_WIDTH = 44
_SETTINGS: Mapping[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


def terms_of(context: click.Context) -> Terms:
    """What the command line says in general."""
    return context.ensure_object(Terms)


class _Shaped(click.Command):
    """General options behind the command's own; help that starts with what people copy."""

    def __init__(self, *args: Any, examples: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:  # noqa: ANN401 - click's own
        kwargs.setdefault("context_settings", dict(_SETTINGS))
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)
        self.own = len(self.params)
        self.params = [*self.params, *_general_options()]

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - click's own
    ) -> click.Context:
        """Note which command is being read: errors of `check` have exit codes of their own."""
        if parent is not None and parent.parent is None:
            terms_of(parent).command = info_name or ""

        return super().make_context(info_name, args, parent, **extra)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What it does, examples, usage, its own options, the general ones."""
        summary, _, rest = inspect.cleandoc(self.help or "").partition("\n\n")
        formatter.write_text(summary)
        _section(formatter, "Examples", [(f"{PROGRAM} {example}", why) for example, why in self.examples])
        formatter.write_paragraph()
        self.format_usage(ctx, formatter)
        for paragraph in rest.split("\n\n") if rest else ():
            formatter.write_paragraph()
            formatter.write_text(paragraph)

        self.format_options(ctx, formatter)
        self.format_epilog(ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options apart from those that every command takes."""
        own = [record for param in self.params[: self.own] if (record := option_record(param, ctx))]
        _section(formatter, "Options", own)
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)

        general = [record for param in self.get_params(ctx)[self.own :] if (record := param.get_help_record(ctx))]
        _section(formatter, "Everywhere", general)


class Command(_Shaped):
    """A command that does something."""


class Group(_Shaped, click.Group):
    """A command with commands below it, which are imported when they are called. `lazy` lists them."""

    def __init__(self, *args: Any, lazy: Sequence[Lazy] = (), **kwargs: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*args, **kwargs)
        self.lazy = {name: (place, line) for name, place, line in lazy}

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table, which is the order of use."""
        del ctx
        return [*self.lazy, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import it, if there is one of that name."""
        if cmd_name not in self.lazy:
            return super().get_command(ctx, cmd_name)

        module, _, function = self.lazy[cmd_name][0].partition(":")
        loaded: click.Command = getattr(import_module(module), function)
        return loaded

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant.

        Raises:
            click.UsageError: there is none; it says which one was probably meant.
        """
        known = self.list_commands(ctx)
        if args and not args[0].startswith("-") and args[0] not in known and not ctx.resilient_parsing:
            close = difflib.get_close_matches(args[0], known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(known)}"
            message = f'there is no command "{args[0]}"; {hint}'
            raise click.UsageError(message, ctx)

        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The overview, without importing what it lists."""
        del ctx
        rows = [(name, line) for name, (_, line) in self.lazy.items()]
        rows += [
            (name, command.get_short_help_str(80)) for name, command in sorted(self.commands.items()) if not command.hidden
        ]
        _section(formatter, "Commands", rows)


def _section(formatter: click.HelpFormatter, title: str, rows: Sequence[tuple[str, str]]) -> None:
    """A list under a heading; nothing when it is empty."""
    if rows:
        with formatter.section(click.style(title, bold=True)):
            formatter.write_dl([(click.style(term, fg="cyan"), what) for term, what in rows], col_max=_TERM_WIDTH)


def option_record(param: click.Parameter, ctx: click.Context) -> tuple[str, str] | None:
    """How an option is shown in help; None for hidden ones, and for arguments: the usage line shows them."""
    return param.get_help_record(ctx) if isinstance(param, click.Option) else None


def _general_options() -> list[click.Parameter]:
    """The options that stand behind every command, before or after its name."""
    return [
        _option(
            ["--config"],
            "Use this file instead of the usual one.",
            _set_config,
            type=click.Path(path_type=Path),
            metavar="FILE",
        ),
        _option(
            ["-v", "--verbose"],
            "Say more: which files are used, what the log of `run` leaves out.",
            _add(1),
            count=True,
            is_eager=True,
        ),
        _option(["-q", "--quiet"], "Say nothing but data and errors.", _add(-1), count=True, is_eager=True),
        _option(["--no-color"], "No colours.", _set("color", value=False), is_flag=True, is_eager=True),
        _option(["--debug"], "Show the traceback of an error.", _set("debug", value=True), is_flag=True, is_eager=True),
        _option(["--version"], "Show the version; with -v also what it runs on.", _version, is_flag=True),
    ]


Callback = Callable[[click.Context, click.Parameter, Any], None]


def _option(names: list[str], text: str, callback: Callback, **kwargs: Any) -> click.Option:  # noqa: ANN401 - click's own
    return click.Option(names, help=text, callback=callback, expose_value=False, **kwargs)


def _set_config(ctx: click.Context, param: click.Parameter, value: Path | None) -> None:
    del param
    if value is not None:
        terms_of(ctx).config = value


def _add(sign: int) -> Callback:
    def add(ctx: click.Context, param: click.Parameter, value: int) -> None:
        del param
        terms_of(ctx).verbosity += sign * value

    return add


def _set(name: str, *, value: bool) -> Callback:
    def set_it(ctx: click.Context, param: click.Parameter, given: bool) -> None:  # noqa: FBT001 - click's own
        del param
        if given:
            setattr(terms_of(ctx), name, value)
            ctx.color = terms_of(ctx).color

    return set_it


def _version(ctx: click.Context, param: click.Parameter, given: bool) -> None:  # noqa: FBT001 - click's own
    del param
    if given:
        versions = import_module("coven_watchdog.cli.versions")
        versions.show(terms_of(ctx))
        ctx.exit()


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--json`, for every command that prints data. Its value is in `Terms.as_json`."""
    option = click.option("--json", is_flag=True, help="Print JSON.", callback=_set("as_json", value=True), expose_value=False)
    return option(function)
