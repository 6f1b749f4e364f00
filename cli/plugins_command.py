"""`iggy-connectors plugins`: what connectors can be made of. Main thread."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from cli.command import Plugins
from cli.escaped import escaped
from cli.exit_code import ExitCode
from config.model import Kind
from connectors.available import available_plugins
from connectors.available_plugin import AvailablePlugin
from connectors.plugin_option import PluginOption


def list_plugins(command: Plugins) -> ExitCode:
    """Write the list to standard output; plugins that cannot be used are part of it."""
    plugins = available_plugins()
    if command.as_json:
        print(json.dumps([asdict(plugin) for plugin in plugins], indent=2))
    else:
        print("\n".join(_lines(plugins)))
    return ExitCode.STOPPED


def _lines(plugins: list[AvailablePlugin]) -> Iterator[str]:
    for kind in Kind:
        of_kind = [plugin for plugin in plugins if plugin.kind is kind]
        yield f"{kind}s"
        for plugin in of_kind:
            if plugin.origin != "reference":
                yield from _plugin_lines(plugin)
        missing = [plugin.path for plugin in of_kind if plugin.origin == "reference"]
        if missing:
            yield f"  of the reference, not built here yet: {', '.join(missing)}"
        yield ""
    yield "A .py file or module:Class is named by its place: see docs/plugins.md."


def _plugin_lines(plugin: AvailablePlugin) -> Iterator[str]:
    name = f"  {_one_line(plugin.path)}  ({_one_line(plugin.origin)}"
    if plugin.error is not None:
        yield f"{name})  cannot be used"
        for line in plugin.error.splitlines():
            yield f"      {escaped(line)}"
        return
    yield f"{name}, version {_one_line(plugin.version)})  {_one_line(plugin.description)}"
    if plugin.takes_any_key:
        yield "      takes any keys: it has no Config that would name them"
    for option in plugin.options:
        yield f"      {_one_line(option.key)}  {_one_line(_facts(option))}"
        if option.description:
            yield f"          {_one_line(option.description)}"


def _facts(option: PluginOption) -> str:
    facts = [option.type]
    if option.choices:
        facts.append(f"one of {', '.join(map(str, option.choices))}")
    if option.required:
        facts.append("required")
    elif option.default is not None:
        facts.append(f"default {json.dumps(option.default, ensure_ascii=False)}")
    if option.secret:
        facts.append("secret")
    return ", ".join(facts)


def _one_line(text: str) -> str:
    return escaped(" ".join(text.split()))
