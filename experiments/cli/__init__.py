"""The command line: the commands and their options, and the runner that executes them.

Here are also the texts of ``palca list``, ``palca check`` and ``palca record``, and the logic of
``palca rerun``. A command makes an experiment of another sub-package, and computes nothing of its
own. No other sub-package may import from here.
"""
