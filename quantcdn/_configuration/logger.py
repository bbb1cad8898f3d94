"""What ``Configuration.debug`` and ``Configuration.logger_file`` do to the logger ``quantcdn``, and to no other."""

from __future__ import annotations

import logging
import sys
from pathlib import PurePath

from quantcdn import _validation
from quantcdn.exceptions import ApiValueError

LOGGER = logging.getLogger("quantcdn")

DEFAULT_FORMAT = "%(asctime)s %(levelname)s %(message)s"
"""The format of a line in a log file."""


class _FallbackHandler(logging.Handler):
    """Writes to stderr what no other handler would write, as Python does for warnings alone."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, unless another handler does."""
        if sys.stderr is None or self._is_written_elsewhere(record):
            return
        try:
            sys.stderr.write(f"{self.format(record)}\n")
        except Exception:
            self.handleError(record)

    def _is_written_elsewhere(self, record: logging.LogRecord) -> bool:
        logger: logging.Logger | None = LOGGER
        while logger is not None:
            for handler in logger.handlers:
                is_other = handler is not self and not isinstance(handler, logging.NullHandler)
                if is_other and record.levelno >= handler.level:
                    return True
            logger = logger.parent if logger.propagate else None
        return False


class LoggingSettings:
    """The settings of a configuration that are about the logger; they count at once, for the whole process."""

    _debug = False
    _logger_file: str | None = None
    _logger_format = DEFAULT_FORMAT

    @property
    def debug(self) -> bool:
        """Whether the logger ``quantcdn`` reports every request."""
        return self._debug

    @debug.setter
    def debug(self, value: bool) -> None:
        self._debug = _validation.boolean("debug", value)
        _set_debug(value)

    @property
    def logger(self) -> dict[str, logging.Logger]:
        """The loggers by the names that a generated client has for them."""
        return {"package_logger": LOGGER, "urllib3_logger": logging.getLogger("urllib3")}

    @property
    def logger_file(self) -> str | None:
        """The file that the logger ``quantcdn`` writes to, or None."""
        return self._logger_file

    @logger_file.setter
    def logger_file(self, value: str | PurePath | None) -> None:
        path = _validation.optional_path("logger_file", value)
        handler = None if path is None else _file_handler(path)
        if handler is not None:
            handler.setFormatter(_formatter(self._logger_format))
        kept = None if handler is None else handler.baseFilename
        if self._logger_file not in (None, kept):
            _remove_file(self._logger_file)
        self._logger_file = kept

    @property
    def logger_format(self) -> str:
        """The format of a line in the log file."""
        return self._logger_format

    @logger_format.setter
    def logger_format(self, value: str) -> None:
        formatter = _formatter(_validation.text("logger_format", value))
        if self._logger_file is not None:
            _file_handler(self._logger_file).setFormatter(formatter)
        self._logger_format = value


class _State:
    """What was changed of the logger, so that it can be undone."""

    fallback = _FallbackHandler()
    level_before: int | None = None
    """The logger's level before it was turned on; None where it is off."""


def _set_debug(enabled: bool) -> None:
    """Let the logger report every request, or leave it as it was before."""
    if enabled:
        if LOGGER.level != logging.DEBUG:
            _State.level_before = LOGGER.level
            LOGGER.setLevel(logging.DEBUG)
        LOGGER.addHandler(_State.fallback)
        return
    LOGGER.removeHandler(_State.fallback)
    if _State.level_before is not None and LOGGER.level == logging.DEBUG:
        LOGGER.setLevel(_State.level_before)
    _State.level_before = None


def _formatter(text: str) -> logging.Formatter:
    """Make what writes the lines of a log file."""
    try:
        made = logging.Formatter(text)
        made.format(logging.makeLogRecord({}))
    except (ValueError, KeyError, TypeError):
        problem = ApiValueError("logger_format must be a format of logging, such as '%(asctime)s %(message)s'")
    else:
        return made
    raise problem


def _file_handler(path: str) -> logging.FileHandler:
    """Find the logger's handler for a file; one is added where there is none."""
    try:
        made = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    except (OSError, ValueError) as error:
        problem = ApiValueError(f"logger_file cannot be written: {getattr(error, 'strerror', None) or 'it is no path'}")
        raise problem from None
    same = _handler_of(made.baseFilename)
    if same is not None:
        made.close()
        return same
    LOGGER.addHandler(made)
    return made


def _remove_file(path: str) -> None:
    """Take the handler for a file off the logger, and close the file."""
    handler = _handler_of(path)
    if handler is not None:
        LOGGER.removeHandler(handler)
        handler.close()


def _handler_of(path: str) -> logging.FileHandler | None:
    files = (handler for handler in LOGGER.handlers if isinstance(handler, logging.FileHandler))
    return next((handler for handler in files if handler.baseFilename == path), None)
