"""Chooses one version of each connector, and never runs one on a guess.

Where it is not certain which file is in force (two files with the same version, an active version
that is not there) the connector is listed as broken: the data waits in Iggy meanwhile, and a wrong
guess could write it to the wrong place.
"""

from collections.abc import Collection, Iterator, Sequence

from config.active_versions import FILE_NAME, ActiveVersions
from config.connector_file import ConnectorFile
from config.errors import Finding
from config.loaded import Loaded
from config.model import BrokenConnector, ConnectorCatalog, Kind, SinkConfig, SourceConfig

Identity = tuple[Kind, str]


def choose_versions(
    files: Sequence[ConnectorFile], active: ActiveVersions
) -> Loaded[ConnectorCatalog]:
    """Return the catalog, in the order of `files`; faults of versions not in force are warnings."""
    warnings = [*active.warnings, *(warning for file in files for warning in file.warnings)]
    if active.unreadable:
        warnings.append(active.unreadable)
    versions: dict[Identity, list[ConnectorFile]] = {}
    for file in files:
        if file.identified:
            versions.setdefault((file.kind, file.key), []).append(file)

    chosen: dict[Identity, SinkConfig | SourceConfig | BrokenConnector] = {}
    for identity, candidates in versions.items():
        in_force = _in_force(identity, candidates, active)
        if isinstance(in_force, str):
            chosen[identity] = candidates[0].broken(in_force, config=None)
        elif in_force.findings or in_force.config is None:
            chosen[identity] = in_force.broken(_text(in_force.findings), config=in_force.config)
        else:
            chosen[identity] = in_force.config
        for file in candidates:
            warnings += () if file is in_force else file.findings
        warnings += _duplicates(candidates)
    for file in files:
        if not file.identified:
            identity = _unused(file, chosen)
            chosen[identity] = file.broken(_text(file.findings), key=identity[1], config=None)

    for kind, key in (active.versions.keys() | active.wrong.keys()) - versions.keys():
        problem = f"names a version of the {kind} {key!r}, which has no file"
        warnings.append(Finding(source=FILE_NAME, problem=problem))
    catalog = ConnectorCatalog(
        connectors=tuple(one for one in chosen.values() if not isinstance(one, BrokenConnector)),
        broken=tuple(one for one in chosen.values() if isinstance(one, BrokenConnector)),
    )
    return Loaded(value=catalog, warnings=tuple(warnings))


def _in_force(
    identity: Identity, candidates: Sequence[ConnectorFile], active: ActiveVersions
) -> ConnectorFile | str:
    """Return the file to run, or the reason why that is not certain."""
    if identity in active.wrong:
        return str(active.wrong[identity])
    if active.unreadable and len(candidates) > 1:
        return f"which version is active is not known: {active.unreadable}"
    wanted = active.versions.get(identity)
    numbers = [file.version for file in candidates if file.version is not None]
    if wanted is None:
        unnumbered = [file for file in candidates if file.version is None]
        highest = max(numbers, default=None)
        found = unnumbered or [file for file in candidates if file.version == highest]
    else:
        found = [file for file in candidates if file.version == wanted]
    if not found:
        there = ", ".join(str(number) for number in sorted(numbers)) or "none"
        return (
            f"{FILE_NAME} says that version {wanted} is active, which has no file (there: {there})"
        )
    if len(found) > 1:
        sources = ", ".join(file.source for file in found)
        return f"several files claim to be the same version, keep one of them: {sources}"
    return found[0]


def _duplicates(candidates: Sequence[ConnectorFile]) -> Iterator[Finding]:
    first: dict[int, ConnectorFile] = {}
    for file in candidates:
        if file.version is not None and first.setdefault(file.version, file) is not file:
            problem = f"version {file.version} of the {file.kind} {file.key!r} is there twice"
            also = first[file.version].source
            yield Finding(source=file.source, problem=f"{problem}, also in {also}")


def _unused(file: ConnectorFile, taken: Collection[Identity]) -> Identity:
    """Return an identity for a file that does not say its own, so that both can be listed."""
    key = file.key
    while (file.kind, key) in taken:
        key += ".toml"
    return file.kind, key


def _text(findings: Sequence[Finding]) -> str:
    return "; ".join(str(finding) for finding in findings)
