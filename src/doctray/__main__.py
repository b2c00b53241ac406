"""`python -m doctray` is the command `doctray`."""

from doctray.cli.main import main

if __name__ == "__main__":
    main()
