"""The screens of this floor."""
