from actors.connector_group import connector_group
from actors.connector_health import PLUGIN
from actors.core import ChildReady, Children
from actors.iggy.group_topic import GroupTopic
from actors.iggy.iggy_consumer import IggyConsumer
from actors.iggy.iggy_producer import IggyProducer
from actors.services import Services
from actors.sink_connector import SinkConnector
from actors.source_connector import SourceConnector
from config.model import SinkConfig, SourceConfig
from tests.actors.configurations import sink_config, source_config
from tests.actors.iggy.connecting import iggy_config
from tests.actors.staged_plugins import Stage
from tests.support.probe import Probe


def started(
    config: SinkConfig | SourceConfig, services: Services, address: str, probe: Probe
) -> dict[str, type]:
    """Start a group, and return which actors it has, in the order of their start."""
    children = Children(probe.ref)
    connector_group(config, services=services, iggy=iggy_config(address))(children)
    for _ in children.names():
        probe.expect(ChildReady)
    refs = [(name, children.find(name)) for name in children.names()]
    return {name: ref.actor_class for name, ref in refs if ref is not None}


def test_a_sink_has_a_consumer_for_each_topic_and_then_the_plugin(
    services: Services, dead_address: str, probe: Probe, stage: Stage
) -> None:
    config = sink_config(stage.key)
    stream = config.streams[0].stream
    actors = started(config, services, dead_address, probe)
    assert list(actors.items()) == [
        (f"consumer of {stream}/one (group iggy-connect-sink-{stage.key})", IggyConsumer),
        (f"consumer of {stream}/two (group iggy-connect-sink-{stage.key})", IggyConsumer),
        (PLUGIN, SinkConnector),
    ]


def test_the_group_is_the_one_that_the_file_names(
    services: Services, dead_address: str, probe: Probe, stage: Stage
) -> None:
    where = GroupTopic(stream="s", topic="t", group="mine")
    actors = started(sink_config(stage.key, where=where), services, dead_address, probe)
    assert list(actors) == ["consumer of s/t (group mine)", PLUGIN]


def test_a_source_has_one_producer_and_then_the_plugin(
    services: Services, dead_address: str, probe: Probe, stage: Stage
) -> None:
    actors = started(source_config(stage.key), services, dead_address, probe)
    assert list(actors.items()) == [("producer", IggyProducer), (PLUGIN, SourceConnector)]
