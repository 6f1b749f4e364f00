"""Plugins that tests run in processes of their own."""

import logging
import os
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from connectors import Batch, Produced, ProducedRecord, RecordError, RetryableError, Sink, Source


class TellingSink(Sink):
    """Does what the one payload of a batch says."""

    def consume(self, batch: Batch) -> None:
        """Do it."""
        getattr(self, batch.values[0])(batch)

    def take(self, batch: Batch) -> None:
        """Write down all columns."""
        self.log.info(
            "%s", [batch.offsets, batch.ids, batch.checksums, batch.timestamps, batch.headers]
        )

    def read_nothing(self, batch: Batch) -> None:
        """Keep the batch."""
        self.kept = batch

    def read_what_was_kept(self, _: Batch) -> None:
        """Read the batch before this one, in a thread."""
        with ThreadPoolExecutor() as pool:
            pool.submit(lambda: self.kept.ids).result()

    def reject(self, batch: Batch) -> None:
        """Reject the record."""
        batch.reject(batch.offsets[0], "not this one")

    def refuse(self, batch: Batch) -> None:
        """Raise for the record."""
        raise RecordError("not that one", offset=batch.offsets[0])

    def wait(self, _: Batch) -> None:
        """Ask for time."""
        raise RetryableError("later", retry_after_s=7.5)

    def lose_connection(self, _: Batch) -> None:
        """Fail as sockets do."""
        raise ConnectionResetError("gone")

    def fail(self, _: Batch) -> None:
        """Fail unforeseen."""
        raise LookupError("unforeseen")

    def leave(self, _: Batch) -> None:
        """Want to end the process."""
        sys.exit("enough")

    def speak(self, _: Batch) -> None:
        """Use all ways to say something."""
        sys.stdout.write("printed\n")
        os.write(2, b"complained\n")
        self.log.warning("logged %d", 1, extra={"fields": {"offset": 5}})
        logging.getLogger("somewhere.else").error("logged elsewhere")

    def flood(self, _: Batch) -> None:
        """Print far too much."""
        for number in range(1000):
            sys.stdout.write(f"line {number}\n")
        sys.stdout.write("x" * 100_000)

    def show_surroundings(self, _: Batch) -> None:
        """Say what others could see of this process, and which process it is."""
        arguments = Path("/proc/self/cmdline").read_text()
        self.log.info("%s", [os.getpid(), arguments, dict(os.environ), os.getsid(0)])

    def die_later(self, _: Batch) -> None:
        """Die when nobody has asked for anything."""
        threading.Timer(0.05, os._exit, [4]).start()

    def leave_a_child(self, _: Batch) -> None:
        """Die, while another process has the connections still open."""
        if os.fork() == 0:
            time.sleep(10)
            os._exit(0)
        os._exit(5)

    def stay(self, _: Batch) -> None:
        """Take until it is time to end."""
        self.stopping.wait(60)

    def ignore_all(self, _: Batch) -> None:
        """Take for ever."""
        while True:
            time.sleep(1)


class OddSource(Source):
    """Produces whatever records can hold."""

    def poll(self) -> Produced | None:
        """Return it."""
        return Produced(
            [
                ProducedRecord({"n": 1}, id=2**127, headers={"a": 2**100, "b": b"\xff"}, key="k"),
                ProducedRecord(b"[2]", partition=3),
                ProducedRecord({"date": uuid.UUID(int=5)}, key=b"\0"),
                ProducedRecord(object()),
                ProducedRecord("\udc80"),
            ],
            state=b"\0state",
        )
