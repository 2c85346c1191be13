"""How figures are written in the templates of this floor."""
