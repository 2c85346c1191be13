"""Commands: run, demo, explain, prune."""
