"""Every command by its code."""

from typing import Final

from broker.call import Command
from broker.commands import (
    groups,
    login,
    messages,
    offsets,
    stats,
    streams,
    system,
    tokens,
    topics,
    users,
)

COMMANDS: Final[dict[int, Command]] = {
    **login.COMMANDS,
    **system.COMMANDS,
    **stats.COMMANDS,
    **streams.COMMANDS,
    **topics.COMMANDS,
    **messages.COMMANDS,
    **offsets.COMMANDS,
    **groups.COMMANDS,
    **users.COMMANDS,
    **tokens.COMMANDS,
}
