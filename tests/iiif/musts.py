"""What the IIIF Presentation API 3.0 asks of manifests and collections with the word MUST, as far as ours could break it.

Read off the specification, apart from the library that makes them.
"""

import re
from collections.abc import Iterator
from typing import Any

CONTEXT = "http://iiif.io/api/presentation/3/context.json"
_LANGUAGE = re.compile(r"none|@none|[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")
_DIRECTIONS = ("left-to-right", "right-to-left", "top-to-bottom", "bottom-to-top")
# Behaviors that are for pages, by what may have them.
_BEHAVIORS = {
    "Manifest": {"unordered", "individuals", "continuous", "paged", "auto-advance", "repeat"},
    "Canvas": {"facing-pages", "non-paged", "auto-advance"},
    "Collection": {"multi-part", "together", "unordered", "individuals", "continuous", "paged"},
}
# What must name itself where it stands: by which property, and what each of it must have.
_LINKED = {
    "homepage": ("id", "type", "label"),
    "rendering": ("id", "type", "label"),
    "seeAlso": ("id", "type"),
    "provider": ("id", "type", "label"),
    "thumbnail": ("id", "type"),
    "partOf": ("id", "type"),
    "service": ("id", "type"),
}


def broken_musts(found: dict[str, Any]) -> list[str]:
    """What is wrong with a manifest, a canvas or a collection; [] for one that keeps all of them."""
    faults = (
        []
        if next(iter(found), "") == "@context" and found["@context"] == CONTEXT
        else ["@context is not first"]
    )
    faults += _properties(found, found.get("type", ""))
    named = [one["id"] for one in _things(found, defining=True)]
    faults += [f"{one} twice" for one in set(named) if named.count(one) > 1]
    if found["type"] == "Manifest":
        faults += _manifest(found)
    elif found["type"] == "Collection":
        faults += _collection(found)
    elif found["type"] == "Canvas":
        faults += _canvas(found)
    else:
        faults.append(f"type {found['type']}")
    return faults


def _things(thing: Any, defining: bool = False) -> Iterator[dict[str, Any]]:
    """Everything inside that has an id; `defining`: no references, and nothing that stands in many places."""
    if isinstance(thing, dict):
        if "id" in thing and not (defining and set(thing) <= {"id", "type", "label"}):
            yield thing
        for name, value in thing.items():
            if not (defining and name in _LINKED) and not (defining and name == "body"):
                yield from _things(value, defining)
    elif isinstance(thing, list):
        for one in thing:
            yield from _things(one, defining)


def _properties(thing: Any, where: str) -> Iterator[str]:
    """What holds of a property wherever it stands."""
    if isinstance(thing, list):
        for one in thing:
            yield from _properties(one, where)
        return
    if not isinstance(thing, dict):
        return
    kind = thing.get("type", where)
    if "id" in thing:
        if not re.fullmatch(r"https?://[!-~]+", thing["id"]):
            yield f"{kind} has the id {thing['id']}"
        if kind in ("Manifest", "Canvas", "Collection") and "#" in thing["id"]:
            yield f"{kind} has a fragment in its id"
    for name in ("label", "summary"):
        if name in thing:
            yield from (f"{name} of {kind}: {fault}" for fault in _language_map(thing[name]))
    for pair in [*thing.get("metadata", []), *filter(None, [thing.get("requiredStatement")])]:
        if set(pair) != {"label", "value"}:
            yield f"{kind} says {pair}"
        yield from (f"{kind} says {fault}" for text in pair.values() for fault in _language_map(text))
    for name, wanted in _LINKED.items():
        if name in thing and not isinstance(thing[name], list):
            yield f"{name} of {kind} is no list"
        elif name in thing:
            yield from (
                f"{name} of {kind} has no {one}"
                for each in thing[name]
                for one in wanted
                if not each.get(one)
            )
    if "behavior" in thing and not set(thing["behavior"]) <= _BEHAVIORS.get(kind, set()):
        yield f"{kind} behaves {thing['behavior']}"
    if thing.get("viewingDirection", _DIRECTIONS[0]) not in _DIRECTIONS:
        yield f"{kind} is read {thing['viewingDirection']}"
    if kind in ("Canvas", "Range", "Annotation", "AnnotationPage") and set(thing) & {
        "viewingDirection",
        "structures",
    }:
        yield f"{kind} has what belongs to a manifest"
    for name, value in thing.items():
        if name not in ("label", "value", "summary", "metadata"):
            yield from _properties(value, kind)


def _language_map(text: Any) -> Iterator[str]:
    if not isinstance(text, dict) or not text:
        yield f"no language map: {text!r}"
        return
    for language, values in text.items():
        if not _LANGUAGE.fullmatch(language):
            yield f"the language {language}"
        if (
            not isinstance(values, list)
            or not values
            or not all(isinstance(one, str) and one for one in values)
        ):
            yield f"the texts {values!r}"


def _manifest(found: dict[str, Any]) -> Iterator[str]:
    if not found.get("label"):
        yield "the manifest has no label"
    if not found.get("items"):
        yield "the manifest has no canvas"
    canvases = {canvas["id"] for canvas in found.get("items", [])}
    for canvas in found.get("items", []):
        yield from _canvas(canvas)
    for one in found.get("structures", []):
        yield from _range(one, canvases)


def _canvas(canvas: dict[str, Any]) -> Iterator[str]:
    if canvas.get("type") != "Canvas" or not canvas.get("id"):
        yield f"no canvas: {canvas.get('id')}"
    if not all(isinstance(canvas.get(side), int) and canvas[side] > 0 for side in ("width", "height")):
        yield f"{canvas['id']} has no size"
    for page in canvas.get("items", []):
        if (
            page.get("type") != "AnnotationPage"
            or "id" not in page
            or not isinstance(page.get("items"), list)
        ):
            yield f"{canvas['id']} holds {page}"
            continue
        for one in page["items"]:
            if one.get("type") != "Annotation" or not one.get("id") or one.get("motivation") != "painting":
                yield f"{canvas['id']} is painted by {one}"
            if one.get("target") != canvas["id"]:
                yield f"{one['id']} is painted on {one.get('target')}"
            body = one.get("body", {})
            if body.get("type") != "Image" or not body.get("id"):
                yield f"{one['id']} paints {body}"
            if not all(service.get("profile") for service in body.get("service", [])):
                yield f"{one['id']} has a service of no level"


def _range(one: dict[str, Any], canvases: set[str]) -> Iterator[str]:
    if one.get("type") != "Range" or not one.get("id") or not one.get("items"):
        yield f"no range: {one}"
    for item in one.get("items", []):
        if item.get("type") == "Range":
            yield from _range(item, canvases)
        elif item.get("type") != "Canvas" or item.get("id") not in canvases:
            yield f"{one['id']} leads to {item}"


def _collection(found: dict[str, Any]) -> Iterator[str]:
    if not found.get("label") or not isinstance(found.get("items"), list):
        yield "the collection has no label or no items"
    for item in found.get("items", []):
        if item.get("type") not in ("Manifest", "Collection") or not item.get("id") or not item.get("label"):
            yield f"the collection holds {item}"
