"""What templates borrow from this floor."""
