"""When a consumer polls: at once where there was something, else ever less often. Pure."""

_LONGEST_PAUSE_S = 0.2
_SHORTEST_GROWING_PAUSE_S = 0.001
# Should a server's word for where messages are lag behind, they come so much later.
_POLLS_ALL_AFTER_S = 2.0
MOST_POLLS = 50  # of empty partitions in one turn, which has a time limit


class PollPace:
    """Belongs to one IggyConsumer and is used in its thread only; times are monotonic seconds.

    `poll_at_s` is when to poll again. `pause_s`, after a poll that found nothing, is `interval_s`
    at first and grows to 0.2 s, unless `interval_s` is longer.
    """

    def __init__(self, interval_s: float) -> None:
        self.poll_at_s = 0.0
        self.pause_s = interval_s
        self._interval_s = interval_s
        self._polled_all_at_s = 0.0

    def found_something(self) -> None:
        """Poll again at once; so too when it is not known yet what there is."""
        self.poll_at_s, self.pause_s = 0.0, self._interval_s

    def found_nothing(self, now_s: float) -> None:
        """Poll again after a pause, and make the next one longer."""
        self.poll_at_s = now_s + self.pause_s
        longest_s = max(self._interval_s, _LONGEST_PAUSE_S)
        self.pause_s = min(max(self.pause_s * 2, _SHORTEST_GROWING_PAUSE_S), longest_s)

    def asks_first(self, partitions: int, now_s: float) -> bool:
        """Tell whether one call is to ask for the ends of all partitions, before polls of so many.

        That is while nothing comes, of many as soon as nothing came once, and not always, in case
        the answer is not up to date.
        """
        is_idle = self.pause_s >= _LONGEST_PAUSE_S
        has_many = partitions > MOST_POLLS and self.pause_s > self._interval_s
        if partitions < 2 or not (is_idle or has_many):
            return False
        if now_s - self._polled_all_at_s < _POLLS_ALL_AFTER_S:
            return True
        self._polled_all_at_s = now_s
        return False
