"""How it goes: figures from the tallies, the workers' pulse, and the receivers that need a person."""
