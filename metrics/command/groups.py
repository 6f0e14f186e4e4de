"""Groups of verbs whose help tells each verb in a whole sentence."""

from __future__ import annotations

import click

#: Longer than any sentence of a verb's help.
UNCUT = 1_000


class Sentences(click.Group):
    """A group that lists its verbs with the whole first sentence of their help."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        verbs = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, verb.get_short_help_str(UNCUT)) for name, verb in verbs if verb is not None]
            )
