"""What is counted for every message, kept in plain numbers and handed to the counters about once a second.

With several web processes a counter is a place in a file that all of them map; to write four of them for each message
cost a tenth of the message.
"""

from types import ModuleType

from config.metrics import Uncounted

#: The lags of so many deliveries are looked at between two handovers; more would say the same.
LAGS_MAX = 100


class Tally:
    """One door's. `hand_over` is called by its ticks and before it stops."""

    def __init__(self, counts: ModuleType | Uncounted) -> None:
        self._counts = counts
        self._commands: dict[tuple[str, str], int] = {}
        self._of_seekers = 0
        self._of_listeners = 0
        #: send_message that went the short way and were answered `done`
        self.messages_done = 0
        #: message_added that were sent
        self.deliveries = 0

    def command(self, kind: str, outcome: str) -> None:
        """A command was answered."""
        key = (kind, outcome)
        self._commands[key] = self._commands.get(key, 0) + 1

    def message(self, is_seeker: bool) -> None:
        """A message was answered `done`."""
        if is_seeker:
            self._of_seekers += 1
        else:
            self._of_listeners += 1

    def hand_over(self) -> None:
        """Add what was counted since the last time to the counters."""
        commands, self._commands = self._commands, {}
        for (kind, outcome), count in commands.items():
            self._counts.commands.labels(kind, outcome).inc(count)
        if self.messages_done:
            self._counts.commands.labels("send_message", "done").inc(self.messages_done)
        for role, count in (("seeker", self._of_seekers), ("listener", self._of_listeners)):
            if count:
                self._counts.messages.labels(role).inc(count)
        if self.deliveries:
            self._counts.deliveries.inc(self.deliveries)
        self.messages_done = self.deliveries = self._of_seekers = self._of_listeners = 0
