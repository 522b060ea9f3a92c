"""The command line: one module for each command of `infoloop`, put together in `app`."""
