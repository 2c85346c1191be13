"""The door for programs: what was sent is read."""
