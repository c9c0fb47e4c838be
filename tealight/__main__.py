"""`python -m tealight` is `tealight`."""

from tealight.cli import main

main()
