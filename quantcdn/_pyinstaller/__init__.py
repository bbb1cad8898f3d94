"""Where PyInstaller finds the hook of this package, by its entry point ``pyinstaller40``."""

from pathlib import Path


def get_hook_dirs() -> list[str]:
    """Name the folder of the hook."""
    return [str(Path(__file__).parent)]
