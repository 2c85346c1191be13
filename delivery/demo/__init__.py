"""A demonstration with a receiver of its own: what a network reports, what goes out, what comes back."""
