"""The endpoints about connectors of one kind. They run in greenlets of the hub's thread."""

from actors.queries import GetConfig, GetConnector, ListConnectors
from config.model import ConfigFormat, Kind
from web.connector_json import connector_details, connector_info, transform_info
from web.http_call import HttpAnswer, HttpCall, Route, json_answer, text_answer
from web.plugin_config import content_type, written
from web.supervisor_bridge import SupervisorBridge


class ConnectorEndpoints:
    """`/sinks…` or `/sources…`: the two families are mirror images."""

    def __init__(self, kind: Kind, supervisor: SupervisorBridge) -> None:
        self._kind = kind
        self._supervisor = supervisor

    def routes(self) -> list[Route]:
        """Return where the endpoints are."""
        all_path = f"/{self._kind}s"
        one_path = f"{all_path}/<key:segment>"
        return [
            Route(method="GET", path=all_path, endpoint=self.list_all),
            Route(method="GET", path=one_path, endpoint=self.details),
            Route(method="GET", path=f"{one_path}/transforms", endpoint=self.transforms),
            Route(method="GET", path=f"{one_path}/config", endpoint=self.plugin_config),
            Route(method="GET", path=f"{one_path}/configs/plugin", endpoint=self.plugin_config),
        ]

    def list_all(self, _call: HttpCall) -> HttpAnswer:
        """Answer with all connectors of the kind."""
        views = self._supervisor.ask(ListConnectors(kind=self._kind))
        return json_answer([connector_info(view) for view in views])

    def details(self, call: HttpCall) -> HttpAnswer:
        """Answer with one connector and its streams."""
        view = self._supervisor.ask(GetConnector(kind=self._kind, key=call.path["key"]))
        return json_answer(connector_details(view))

    def transforms(self, call: HttpCall) -> HttpAnswer:
        """Answer with a connector's transforms in file order, disabled ones too."""
        view = self._supervisor.ask(GetConfig(kind=self._kind, key=call.path["key"]))
        return json_answer([transform_info(transform) for transform in view.transforms])

    def plugin_config(self, call: HttpCall) -> HttpAnswer:
        """Answer with the plugin's own configuration, in the format that is asked for."""
        asked_for = call.query.get("format")
        if asked_for is not None and asked_for not in set(ConfigFormat):
            allowed = ", ".join(f"`{known}`" for known in ConfigFormat)
            return text_answer(
                "Failed to deserialize query string: format: unknown variant, "
                f"expected one of {allowed}",
                400,
            )
        view = self._supervisor.ask(GetConfig(kind=self._kind, key=call.path["key"]))
        if view.plugin_config is None:
            return HttpAnswer(status=404)
        config_format = ConfigFormat(asked_for or view.plugin_config_format or ConfigFormat.TOML)
        return HttpAnswer(
            content_type=content_type(config_format),
            body=written(view.plugin_config, config_format),
        )
