"""The door for programs: clicks and conversions are reported, received postbacks are read."""
