"""A sink that was built for the reference runtime, as a plugin like any other."""

from typing import ClassVar

import orjson

from config.model import Schema
from connectors.batch import Batch
from connectors.native.errors import NativePluginError
from connectors.native.library import PLUGIN_FAILED, Library, check_opened
from connectors.native.postcard import encode_batch_facts, encode_messages, encode_topic
from connectors.plugin import Sink

_CHECKED = (Schema.JSON, Schema.TEXT)


class NativeSink(Sink):
    """Calls one instance of `library`, which a subclass names."""

    library: ClassVar[Library]
    _instance: int | None = None

    def open(self) -> None:
        """Open an instance. Raises ConfigError where its configuration does not suit it."""
        self._instance = self.library.new_instance(self.log)
        options = orjson.dumps(self.config)
        code = self.library.functions.iggy_sink_open(
            self._instance, options, len(options), self.library.log_callback
        )
        check_opened(self.library, code)

    def consume(self, batch: Batch) -> None:
        """Hand over the batch; what a number as result means is in the plugin's own log."""
        if batch.schema in _CHECKED:
            # The library would leave out what it cannot decode, and tell nobody.
            batch.values  # noqa: B018
        if not len(batch):
            return
        topic = encode_topic(batch.stream, batch.topic)
        facts = encode_batch_facts(batch.partition_id, batch.current_offset, batch.schema)
        messages = encode_messages(batch)
        code = self.library.functions.iggy_sink_consume(
            self._instance, topic, len(topic), facts, len(facts), messages, len(messages)
        )
        if code == PLUGIN_FAILED:
            raise NativePluginError(f"{self.library.name} failed to consume; its log says why")
        if code != 0:
            raise NativePluginError(
                f"{self.library.name} does not take the batch (result {code}): it is not open, or"
                " reads messages of another form"
            )

    def close(self) -> None:
        """Close the instance; the library waits for what it is doing."""
        instance, self._instance = self._instance, None
        if instance is not None:
            self.library.functions.iggy_sink_close(instance)
            self.library.forget_instance(instance)
