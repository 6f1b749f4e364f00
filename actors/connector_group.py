"""Which actors a connector consists of, in the order in which they are started."""

from collections.abc import Callable
from functools import partial

from actors.connector_health import PLUGIN
from actors.core import Children, Ref
from actors.fetch_work import Reads
from actors.iggy.group_topic import GroupTopic
from actors.iggy.iggy_consumer import IggyConsumer
from actors.iggy.iggy_producer import IggyProducer
from actors.services import Services
from actors.sink_connector import SinkConnector
from actors.source_connector import SourceConnector
from config.model import IggyConfig, SinkConfig, SourceConfig
from config.policies import Tolerance

# Starts all actors of a connector as children of its supervisor.
StartGroup = Callable[[Children], None]


def connector_group(
    config: SinkConfig | SourceConfig, *, services: Services, iggy: IggyConfig
) -> StartGroup:
    """Return what starts the group: the Iggy clients first, then the one that owns the plugin."""
    if isinstance(config, SinkConfig):
        return partial(_start_sink, config, services, iggy)
    return partial(_start_source, config, services, iggy)


def _start_sink(
    config: SinkConfig, services: Services, iggy: IggyConfig, children: Children
) -> None:
    consumers: dict[Ref, Reads] = {}
    count = sum(len(stream.topics) for stream in config.streams)
    for stream in config.streams:
        group = config.consumer_group(stream)
        for topic in stream.topics:
            where = GroupTopic(stream=stream.stream, topic=topic, group=group)
            consumer = children.start(
                f"consumer of {where}",
                partial(
                    IggyConsumer.start,
                    services=services,
                    iggy=iggy,
                    where=where,
                    batch_length=stream.max_batch_length,
                    poll_interval_s=stream.poll_interval_s,
                    consumers=count,
                    min_batch=stream.min_batch or 1,
                    linger_s=stream.linger_s,
                ),
            )
            consumers[consumer] = Reads(stream=stream, topic=topic)
    children.start(
        PLUGIN,
        partial(
            SinkConnector.start,
            services=services,
            config=config,
            consumers=consumers,
            dead_letters=_start_dead_letters(config, services, iggy, children),
        ),
    )


def _start_source(
    config: SourceConfig, services: Services, iggy: IggyConfig, children: Children
) -> None:
    producer = children.start(
        "producer",
        partial(IggyProducer.start, services=services, iggy=iggy, streams=config.streams),
    )
    children.start(
        PLUGIN,
        partial(SourceConnector.start, services=services, config=config, producer=producer),
    )


def _start_dead_letters(
    config: SinkConfig | SourceConfig, services: Services, iggy: IggyConfig, children: Children
) -> Ref | None:
    if config.errors.tolerance is not Tolerance.DEAD_LETTER:
        return None
    return children.start(
        "producer of dead letters",
        partial(IggyProducer.start, services=services, iggy=iggy, streams=()),
    )
