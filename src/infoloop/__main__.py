"""`python -m infoloop`: the command line."""

from infoloop.cli.app import main

if __name__ == "__main__":
    main()
