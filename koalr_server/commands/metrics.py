"""`metrics save | list | show | remove | restore | check`: custom metrics from files."""

import argparse
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from koalr_server.custom.validation import read_definition
from koalr_server.errors import InputError
from koalr_server.settings import Settings
from koalr_server.store.gateway import open_access
from koalr_server.texts import printable


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the command."""
    parser = commands.add_parser("metrics", help="save, show and remove custom metrics")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    saving = actions.add_parser("save", parents=[shared], help="create or edit metrics from TOML or YAML files")
    saving.add_argument("files", nargs="+", metavar="FILE", help="a file, or a folder of them")
    saving.set_defaults(run=save)
    checking = actions.add_parser("check", parents=[shared], help="check files without saving them")
    checking.add_argument("files", nargs="+", metavar="FILE", help="a file, or a folder of them")
    checking.set_defaults(run=check)
    listing = actions.add_parser("list", parents=[shared], help="show every metric in a line")
    listing.set_defaults(run=show_all)
    showing = actions.add_parser("show", parents=[shared], help="print a metric as a file that save takes")
    showing.add_argument("slug", metavar="SLUG")
    showing.add_argument("--yaml", action="store_true", help="as YAML instead of TOML")
    showing.set_defaults(run=show)
    for name, what, run in (
        ("remove", "take metrics away", remove),
        ("restore", "bring shipped metrics back", restore),
    ):
        changing = actions.add_parser(name, parents=[shared], help=what)
        changing.add_argument("slugs", nargs="+", metavar="SLUG")
        changing.set_defaults(run=run)


def save(options: argparse.Namespace) -> int:
    """Save all the files hold, or nothing if any of it has a fault."""
    documents = _checked(options.files, "nothing was saved")
    return _change(options, "save_metrics", {"documents": documents}, {})


def check(options: argparse.Namespace) -> int:
    """Say what is wrong, and save nothing."""
    documents = _checked(options.files, "nothing was changed")
    for document in documents:
        print(f"{document['slug']}: ok")
    return 0


def remove(options: argparse.Namespace) -> int:
    """Remove by slug."""
    return _change(
        options, "remove_metrics", {"slugs": options.slugs}, {"replaced": "removed; the shipped one is there again"}
    )


def restore(options: argparse.Namespace) -> int:
    """Restore by slug."""
    return _change(options, "restore_metrics", {"slugs": options.slugs}, {})


def show_all(options: argparse.Namespace) -> int:
    """One line per metric."""
    with open_access(Settings.read(data_dir=options.data).store, create=False) as store:
        answer = store.call("list_metrics", {})
    for metric in answer["metrics"]:
        document = metric["document"]
        team = f", team {document['team']}" if "team" in document else ""
        print(printable(f"{document['slug']}  {document['label']}  ({document['unit']}{team})  {metric['origin']}"))
    for slug in answer["removed"]:
        print(f"{slug}  removed; `python -m koalr_server metrics restore {slug}` brings it back")
    return 0


def show(options: argparse.Namespace) -> int:
    """Print one metric's document."""
    from koalr_server.custom.documents import as_toml, as_yaml

    with open_access(Settings.read(data_dir=options.data).store, create=False) as store:
        document = store.call("show_metric", {"slug": options.slug})["document"]
    print((as_yaml if options.yaml else as_toml)(document), end="")
    return 0


def _change(options: argparse.Namespace, operation: str, arguments: Mapping[str, Any], words: Mapping[str, str]) -> int:
    with open_access(Settings.read(data_dir=options.data).store) as store:
        outcomes = store.call(operation, arguments)["outcomes"]
    for slug, outcome in outcomes:
        print(f"{slug}: {words.get(outcome, outcome)}")
    return 0


def _checked(names: Iterable[str], consequence: str) -> list[dict[str, Any]]:
    """The documents of all files in their normal form.

    Raises:
        InputError: there are faults; each was printed.
    """
    faults: list[str] = []
    first_seen: dict[str, str] = {}
    documents = []
    for name, path, given in _given(names, faults):
        definition, found = read_definition(given, path)
        faults += [f"{name}: {fault}" for fault in found]
        if definition is None:
            continue
        place = f"{name}: {path}".removesuffix(": ")
        if definition.slug in first_seen:
            faults.append(
                f'{place}: slug: "{definition.slug}" is taken by {first_seen[definition.slug]}; give it another.'
            )
        first_seen.setdefault(definition.slug, place)
        documents.append(dict(definition.document))
    for fault in faults:
        print(f"error: {printable(str(fault))}", file=sys.stderr)
    if faults:
        raise InputError(f"{len(faults)} fault{'s' if len(faults) > 1 else ''} found, {consequence}.")
    return documents


def _given(names: Iterable[str], faults: list[str]) -> Iterable[tuple[str, str, object]]:
    """Every document of every file: file, path within it, content. Files that cannot be read become faults."""
    # Reading YAML takes a while to import, and only the commands about files need it.
    from koalr_server.custom.documents import LARGEST_FILE_BYTES, read_documents

    for name in names:
        for file in _files(Path(name), faults):
            try:
                with file.open("rb") as stream:
                    content = stream.read(LARGEST_FILE_BYTES + 1)
                found = read_documents(content, str(file))
            except OSError as error:
                faults.append(f"Cannot read {file}: {error.strerror or error}.")
            except InputError as error:
                faults.append(str(error))
            else:
                yield from ((str(file), path, document) for path, document in found)


def _files(path: Path, faults: list[str]) -> list[Path]:
    """The file itself, or the definition files of a folder by name; what else lies in a folder is mentioned."""
    from koalr_server.custom.documents import ENDINGS

    if not path.is_dir():
        if path.suffix.lower() in ENDINGS:
            return [path]
        faults.append(f"{path}: the name should end in {', '.join(ENDINGS)}, which says how to read it.")
        return []
    inside = sorted(each for each in path.iterdir() if each.is_file() and not each.name.startswith("."))
    found = [each for each in inside if each.suffix.lower() in ENDINGS]
    for each in inside:
        if each not in found:
            print(f"note: {each} is left out; definitions end in {', '.join(ENDINGS)}", file=sys.stderr)
    if not found:
        faults.append(f"{path} holds no file that ends in {', '.join(ENDINGS)}.")
    return found
