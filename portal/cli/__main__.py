"""`python -m portal.cli`: the command line where its script is not installed."""

from portal.cli import main

main()
