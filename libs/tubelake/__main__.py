"""`python -m tubelake`, the same as the command `tubelake`."""

from tubelake.cli import main

main()
