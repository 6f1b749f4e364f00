"""The endpoints about the runtime as a whole. They run in greenlets of the hub's thread."""

from pykka import ActorDeadError

from actors.core import ActorError
from actors.queries import GetHealth
from web.http_call import HttpAnswer, HttpCall, Route, json_answer, text_answer
from web.supervisor_bridge import SupervisorBridge

HEALTH_S = 2.0


class RuntimeEndpoints:
    """`/` and `/health`, which need no API key."""

    def __init__(self, supervisor: SupervisorBridge) -> None:
        self._supervisor = supervisor

    def routes(self) -> list[Route]:
        """Return where the endpoints are."""
        return [
            Route(method="GET", path="/", endpoint=self.welcome),
            Route(method="GET", path="/health", endpoint=self.health),
        ]

    def welcome(self, _call: HttpCall) -> HttpAnswer:
        """Say who this is; the reference's clients compare the words."""
        return text_answer("Connector Runtime API")

    def health(self, _call: HttpCall) -> HttpAnswer:
        """Ask the Supervisor how it is: no answer means that the runtime is not healthy."""
        try:
            health = self._supervisor.ask(GetHealth(), timeout_s=HEALTH_S)
        except (ActorError, ActorDeadError):
            reason = "the supervisor does not answer"
            return json_answer({"status": "unhealthy", "reason": reason}, 503)
        return json_answer({"status": "healthy", "iggy": health.iggy})
