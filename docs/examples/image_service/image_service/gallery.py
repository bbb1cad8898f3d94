"""From the executions of an organisation to a folder with images and a page that shows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import quantcdn

LONGEST_LIST = 100


@dataclass
class Gallery:
    """What an update has found: the images, newest execution first, and why some are not there."""

    images: list[tuple[Path, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def update(api: quantcdn.AIToolsApi, organisation: str, folder: Path, *, patience: float = 60) -> Gallery:
    """Save the images of all executions that the service lists, and write the page.

    Args:
        api: The endpoints.
        organisation: The organisation's name.
        folder: Where the images and the page go.
        patience: How long to wait for images that are not finished, in seconds.

    Returns:
        What has been found.
    """
    gallery = Gallery()
    listed = api.list_ai_tool_executions(organisation, limit=LONGEST_LIST).executions
    wanted = [item.execution_id for item in listed if "image" in (item.tool_name or "") and not item.is_failed]
    outcomes = api.wait_for_ai_tool_executions(organisation, wanted, timeout=patience)
    found = {outcome.identifier: outcome for outcome in outcomes}
    for identifier in wanted:  # outcomes come as they end; a page should not change its order each time
        outcome = found[identifier]
        if outcome.error is not None:
            gallery.problems.append(f"{identifier}: {outcome.error}")
            continue
        try:
            saved = quantcdn.images.save_images(outcome.execution, folder, api_client=api.api_client)
        except quantcdn.ApiException as error:
            gallery.problems.append(f"{identifier}: {error}")
            continue
        gallery.images += [(path, outcome.execution.tool_name) for path in saved]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text("\n".join(page(organisation, gallery)), encoding="utf-8")
    return gallery


def page(organisation: str, gallery: Gallery) -> Iterator[str]:
    """Write the page, line by line."""
    yield f"<!doctype html><html lang=en><meta charset=utf-8><title>Images of {escape(organisation)}</title>"
    for path, tool in gallery.images:
        yield f'<figure><img src="{escape(path.name)}" alt=""><figcaption>{escape(tool)}</figcaption></figure>'
    if not gallery.images:
        yield "<p>No images in the last 24 hours.</p>"
