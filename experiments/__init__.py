"""What a user runs: the record, scores, figures, and the command line."""
