"""The command line by ``python -m quantcdn``."""

from quantcdn.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
