"""The text of a definition file to documents and back (pure). Such a file may come from anywhere, so nothing in it is trusted."""

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

import yaml

from koalr_server.errors import InputError

LARGEST_FILE_BYTES = 1024 * 1024
MOST_YAML_VALUES = 20_000
ENDINGS = (".toml", ".yaml", ".yml")
# The TOML reader takes time and memory with the square of the parts of a dotted key.
ENDLESS_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){32}""")


class _StrictLoader(yaml.SafeLoader):
    """Plain data only: no aliases, which can make a small file huge, no key twice, and no more than a person writes."""

    _values = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:  # noqa: ANN401 - as in the base class
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not allowed, write the value out", mark)
        self._values += 1
        if self._values > MOST_YAML_VALUES:
            raise yaml.composer.ComposerError(None, None, f"it holds more than {MOST_YAML_VALUES:,} values, split it")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen if isinstance(key, yaml.ScalarNode) else False:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {json.dumps(key.value)} stands twice", key.start_mark
                )
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
        return super().construct_mapping(node, deep)


def read_documents(content: bytes, name: str) -> list[tuple[str, object]]:
    """The documents of a file with their paths: one without a path, or those under `metrics` as `metrics[0]`, ….

    Args:
        content: the file's bytes, UTF-8.
        name: what it is called; the ending says whether it is TOML or YAML.

    Raises:
        InputError: it is no readable TOML or YAML; the text says where and why.
    """
    found = _parsed(_decoded(content, name), name)
    if not isinstance(found, Mapping):
        raise InputError(f"{name}: a definition is a table of keys such as slug and label, or a list under metrics.")
    if "metrics" not in found:
        return [("", found)]
    others = [str(key) for key in found if key != "metrics"]
    if others:
        raise InputError(f"{name}: {others[0]!r} stands beside metrics; a file holds one definition, or metrics alone.")
    if not isinstance(found["metrics"], list) or not found["metrics"]:
        raise InputError(f"{name}: metrics is not a list of definitions.")
    return [(f"metrics[{index}]", each) for index, each in enumerate(found["metrics"])]


def _decoded(content: bytes, name: str) -> str:
    if len(content) > LARGEST_FILE_BYTES:
        raise InputError(f"{name} is larger than 1 MiB, which is no file of definitions; split it if it is one.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is not UTF-8 (byte {error.start + 1}); save it as UTF-8.") from None


def _parsed(text: str, name: str) -> object:
    try:
        if name.lower().endswith(".toml"):
            if ENDLESS_KEY.search(text):
                raise InputError(f"{name} has a name of more than 32 parts joined by dots, which is no definition.")
            return tomllib.loads(text)
        return _StrictLoader(text).get_single_data()
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name} is not valid TOML: {error}.") from None
    except yaml.MarkedYAMLError as error:
        raise InputError(f"{name} is not valid YAML: {_yaml_reason(error)}.") from None
    except yaml.YAMLError as error:
        raise InputError(f"{name} is not valid YAML: {str(error).splitlines()[0]}.") from None
    except RecursionError:
        raise InputError(f"{name} is nested too deeply to be a definition.") from None
    except (ValueError, OverflowError) as error:
        raise InputError(f"{name} holds a value that cannot be read: {str(error)[:200]}.") from None


def _yaml_reason(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    where = f" (at line {mark.line + 1}, column {mark.column + 1})" if mark else ""
    return f"{(error.problem or error.context or 'it cannot be read').rstrip('.')}{where}"


def as_yaml(document: Mapping[str, Any]) -> str:
    """The document as YAML that read_documents takes back."""
    text: str = yaml.safe_dump(dict(document), sort_keys=False, allow_unicode=True, width=1_000)
    return text


def as_toml(document: Mapping[str, Any]) -> str:
    """The document as TOML that read_documents takes back."""
    lines = [f"{key} = {_toml(value)}" for key, value in document.items() if not isinstance(value, Mapping)]
    for key, value in document.items():
        if isinstance(value, Mapping):
            lines += ["", f"[{key}]", *(f"{name} = {_toml(item)}" for name, item in value.items())]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    """A value in TOML. Texts hold no control characters, so JSON's way of writing them is TOML's too."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        return "[\n" + "".join(f"  {_toml(item)},\n" for item in value) + "]"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
