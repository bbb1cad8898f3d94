"""What PyInstaller cannot see: modules that are loaded by name when first needed, files beside them, and versions."""

from PyInstaller.utils.hooks import (  # type: ignore[import-untyped] # pyright: ignore[reportMissingModuleSource] # it runs this
    collect_data_files,
    collect_submodules,
    copy_metadata,
)


def _is_needed(name: str) -> bool:
    return name not in ("quantcdn.testing", "quantcdn._pyinstaller")  # the first is for pytest


hiddenimports = collect_submodules("quantcdn", filter=_is_needed)
datas = collect_data_files("quantcdn") + copy_metadata("urllib3") + copy_metadata("pydantic")
