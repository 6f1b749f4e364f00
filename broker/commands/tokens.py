"""Personal access tokens of the user who asks."""

from broker.call import Call, Command, now_us
from broker.wire.codes import Code
from broker.wire.writer import name, u64

_NEVER = 2**64 - 1


def _create(call: Call) -> bytes:
    token_name, expiry_us = call.body.name(), call.body.u64()
    expires_at = 0 if expiry_us in {0, _NEVER} else min(now_us() + expiry_us, 2**63 - 1)
    return name(call.world.users.create_token(call.user, token_name, expires_at))


def _delete(call: Call) -> bytes:
    call.world.users.delete_token(call.user, call.body.name())
    return b""


def _get_all(call: Call) -> bytes:
    return b"".join(name(t.name) + u64(t.expires_at) for t in call.user.tokens.values())


COMMANDS: dict[int, Command] = {
    Code.CREATE_TOKEN: _create,
    Code.DELETE_TOKEN: _delete,
    Code.GET_TOKENS: _get_all,
}
