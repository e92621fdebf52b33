"""One run of a scenario: its files, its figure, its report, and why something happened in it."""
