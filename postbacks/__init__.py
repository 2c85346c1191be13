"""The middle floor: who wants which postback, and why not."""
