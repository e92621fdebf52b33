"""``python -m palca``: the command line."""

from palca.experiments.cli.main import main

main()
