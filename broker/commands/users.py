"""Users: create, change, deactivate, delete, look at. Permissions are kept, not enforced."""

from broker.call import Call, Command, now_us
from broker.state.users import User
from broker.wire.codes import Code
from broker.wire.reader import Reader
from broker.wire.status import RefusedError, Status
from broker.wire.tlv import read_options
from broker.wire.writer import bytes32, name, u32, u64

_ACTIVE, _INACTIVE = 1, 2


def _create(call: Call) -> bytes:
    user_name, password = call.body.name(), call.body.short_bytes()
    is_active = _read_status(call.body)
    permissions = _read_permissions(call.body)
    _no_options(call)
    return _details(
        call.world.users.create(
            user_name, password, now_us(), is_active=is_active, permissions=permissions
        )
    )


def _update(call: Call) -> bytes:
    user = _user(call)
    new_name = call.body.name() if call.body.flag() else None
    is_active = _read_status(call.body) if call.body.flag() else None
    _no_options(call)
    call.world.users.update(user, name=new_name, is_active=is_active)
    if is_active is False:
        call.world.sessions.expel(user)
    return b""


def _delete(call: Call) -> bytes:
    user = _user(call)
    call.world.users.delete(user)
    call.world.sessions.expel(user)
    return b""


def _change_password(call: Call) -> bytes:
    user = _user(call)
    old, new = call.body.short_bytes(), call.body.short_bytes()
    if not user.has_password(old):
        raise RefusedError(Status.INVALID_CREDENTIALS)
    call.world.users.set_password(user, new)
    return b""


def _update_permissions(call: Call) -> bytes:
    user = _user(call)
    call.world.users.set_permissions(user, _read_permissions(call.body))
    return b""


def _get(call: Call) -> bytes:
    user = call.world.users.all.find(call.body.identifier())
    return _details(user) if user else b""


def _get_all(call: Call) -> bytes:
    return b"".join(_header(user) for user in call.world.users.all)


def _user(call: Call) -> User:
    return call.world.users.user(call.body.identifier())


def _read_status(body: Reader) -> bool:
    status = body.u8()
    if status not in {_ACTIVE, _INACTIVE}:
        raise RefusedError(Status.INVALID_COMMAND)
    return status == _ACTIVE


def _read_permissions(body: Reader) -> bytes | None:
    return body.long_bytes() if body.flag() else None


def _no_options(call: Call) -> None:
    """Users have none yet; a key that would be ignored is refused instead."""
    if read_options(call.body.rest()):
        raise RefusedError(Status.UNKNOWN_OPTION)


def _header(user: User) -> bytes:
    status = _ACTIVE if user.is_active else _INACTIVE
    return u32(user.id) + u64(user.created_at) + bytes((status,)) + name(user.name) + bytes32(b"")


def _details(user: User) -> bytes:
    if user.permissions is None:
        return _header(user) + u32(0)
    return _header(user) + b"\1" + bytes32(user.permissions)


COMMANDS: dict[int, Command] = {
    Code.CREATE_USER: _create,
    Code.UPDATE_USER: _update,
    Code.DELETE_USER: _delete,
    Code.CHANGE_PASSWORD: _change_password,
    Code.UPDATE_PERMISSIONS: _update_permissions,
    Code.GET_USER: _get,
    Code.GET_USERS: _get_all,
}
