"""Values of templates' parameters as people have them: on the command line, or in the files of AWS's tools.

The one idea: whatever the AWS CLI takes for ``--parameters``, ``--parameter-overrides`` and
``--conformance-pack-input-parameters`` is taken here, so that a pipeline can pass on what it deploys with. Whether a
template has such a parameter is judged where templates are read.

Source: AWS CLI Command Reference, "create-stack" and "deploy"; AWS CodePipeline User Guide, "Template configuration
file".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from bastide.errors import InputError
from bastide.model import Unknown, Value

SHORTHAND = re.compile(
    r"""Parameter(?:Key|Name)=(?P<key>[^,]+)
    (?:,ParameterValue=(?P<value>"[^"]*"|'[^']*'|(?:\\,|[^,])*))?
    (?:,UsePreviousValue=(?P<kept>true|false))?""",
    re.VERBOSE,
)
FIX = "--parameters Env=prod, or a JSON file"


def parse_parameters(texts: Iterable[str]) -> dict[str, Value]:
    """Values of parameters from ``name=value``, from ``ParameterKey=…,ParameterValue=…``, from JSON, and from files.

    A file (also as ``file://…``) holds JSON or YAML: a mapping of names, CloudFormation's list of ``ParameterKey`` and
    ``ParameterValue``, CodePipeline's ``{"Parameters": …}``, or a list of ``name=value``. What the stack is to keep
    (``UsePreviousValue``) is Unknown.

    Raises:
        InputError: a text or a file is none of these.
    """
    found: dict[str, Value] = {}
    for text in texts:
        found.update(_parameters(text))
    return found


def _parameters(text: str) -> Iterator[tuple[str, Value]]:
    from bastide.declare.templates.files import parse_template, read_template

    name, equals, value = text.partition("=")
    path = Path(text.removeprefix("file://"))
    if text.lstrip()[:1] in ("[", "{"):
        yield from _of_document(parse_template(text.encode(), "--parameters"), "--parameters")
    elif text.startswith("file://") or _is_file(path):
        yield from _of_document(read_template(path), str(path))
    elif name.strip() in ("ParameterKey", "ParameterName"):
        yield _of_shorthand(text)
    elif equals and name.strip():
        yield name.strip(), value
    else:
        raise InputError(f"{text!r} is neither name=value nor a file", fix=FIX)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a value too long for a path, or with a zero in it
        return False


def _of_shorthand(text: str) -> tuple[str, Value]:
    found = SHORTHAND.fullmatch(text.strip())
    if found is None:
        fix = "ParameterKey=Env,ParameterValue=prod; commas of a value with a backslash"
        raise InputError(f"{text!r} is not a parameter", fix=fix)
    name, value = found["key"], found["value"]
    if found["kept"] == "true":
        return name, _kept(name)
    value = value or ""
    return name, value[1:-1] if value[:1] in ("'", '"') and len(value) > 1 else value.replace("\\,", ",")


def _of_document(document: Value, where: str) -> Iterator[tuple[str, Value]]:
    if isinstance(document, Mapping) and isinstance(document.get("Parameters"), Mapping):
        document = document["Parameters"]
    if not isinstance(document, Mapping | list):
        raise InputError("this file holds no parameters", where, "write a mapping of names and values")
    pairs = document.items() if isinstance(document, Mapping) else (_pair(item, where) for item in document)
    for name, value in pairs:
        if isinstance(value, Mapping) or value is None:
            raise InputError(f"parameter {name} has no plain value", where, "write text, a number or a list")
        yield str(name), ",".join(map(_text, value)) if isinstance(value, list) else value


def _pair(item: Value, where: str) -> tuple[str, Value]:
    if isinstance(item, Mapping) and "ParameterKey" in item:
        name = str(item["ParameterKey"])
        return name, _kept(name) if item.get("UsePreviousValue") is True else item.get("ParameterValue")
    if isinstance(item, Mapping) and "ParameterName" in item:  # of a conformance pack
        return str(item["ParameterName"]), item.get("ParameterValue")
    if isinstance(item, str) and "=" in item:
        name, _, value = item.partition("=")
        return name, value
    raise InputError("this is not a parameter", where, 'write {"ParameterKey": …, "ParameterValue": …}')


def _kept(name: str) -> Unknown:
    return Unknown(f"parameter {name} keeps the value that the stack has", unwritten=True)


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
