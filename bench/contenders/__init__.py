"""A small Django project of its own: other ways to send the same postbacks, each as well as it can be set up."""
