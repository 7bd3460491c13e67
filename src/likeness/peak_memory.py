"""How much memory the process held at most while something ran."""

import threading

import psutil


class PeakMemory:
    """Sample the resident memory of this process, and keep the highest value for each activity under way.

    The operating system keeps one highest value for the life of a process; a node after a heavy one would
    inherit it.

    Attributes:
        megabytes: Highest resident set size seen during each activity, in MB (10⁶ bytes).
    """

    def __init__(self, interval: float = 0.1) -> None:
        """Start sampling.

        Args:
            interval: Seconds between samples.
        """
        self.megabytes: dict[str, float] = {}
        self._interval = interval
        self._active: set[str] = set()
        self._process = psutil.Process()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="peak-memory", daemon=True)
        self._thread.start()

    def begin(self, activity: str) -> None:
        """Take an activity as under way."""
        self._active.add(activity)
        self._sample()

    def end(self, activity: str) -> None:
        """Take an activity as over."""
        self._sample()
        self._active.discard(activity)

    def close(self) -> None:
        """Stop sampling."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._interval):
            self._sample()

    def _sample(self) -> None:
        megabytes = self._process.memory_info().rss / 1e6
        for activity in tuple(self._active):
            self.megabytes[activity] = max(megabytes, self.megabytes.get(activity, 0.0))
