"""`python -m tealight` is `tealight`."""

from tealight.early_end import end_at_signals


def main() -> None:
    """The entry point of the `tealight` command."""
    end_at_signals()
    from tealight.cli import main as command

    command()


if __name__ == "__main__":
    main()
