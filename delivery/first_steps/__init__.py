"""From an empty installation to the first postback: what is done, what is next, and the small forms for it."""
