"""The command: ``image-service ORGANISATION FOLDER``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import quantcdn
from image_service.gallery import update


def main() -> int:
    """Run the command; the exit status is 1 where something is missing from the gallery."""
    parser = argparse.ArgumentParser(prog="image-service", description=__doc__)
    parser.add_argument("organisation")
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    try:
        with quantcdn.ApiClient(quantcdn.Configuration.from_env()) as client:
            gallery = update(quantcdn.AIToolsApi(client), given.organisation, given.folder)
    except quantcdn.OpenApiException as error:
        print(error, file=sys.stderr)
        return 1
    for problem in gallery.problems:
        print(problem, file=sys.stderr)
    print(f"images on {given.folder / 'index.html'}: {len(gallery.images)}")
    return 1 if gallery.problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
