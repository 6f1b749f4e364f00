"""All endpoints of the HTTP API, as one WSGI application. Built in the hub's thread."""

from actors.core import Ref
from config.model import Kind
from config.secret import Secret
from web.bottle_app import WsgiApplication, bottle_app
from web.connector_endpoints import ConnectorEndpoints
from web.hub_thread import HubThread
from web.runtime_endpoints import RuntimeEndpoints
from web.supervisor_bridge import SupervisorBridge


def application(supervisor: Ref, api_key: Secret, hub: HubThread) -> WsgiApplication:
    """Build the API that asks `supervisor`, for greenlets of `hub`."""
    bridge = SupervisorBridge(supervisor, hub)
    routes = RuntimeEndpoints(bridge).routes()
    for kind in Kind:
        routes += ConnectorEndpoints(kind, bridge).routes()
    return bottle_app(routes, api_key)
