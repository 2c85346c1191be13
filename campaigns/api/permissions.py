"""Who may use the API: whoever has the admin's right to the same rows."""

from rest_framework.permissions import DjangoModelPermissions


class ModelPermissions(DjangoModelPermissions):
    """Reporting asks for the right to add, reading for the right to view; being staff is not asked for.

    So a robot gets a user that cannot log in to the admin, with no more than the one right it needs.
    """

    perms_map = DjangoModelPermissions.perms_map | {
        "GET": ["%(app_label)s.view_%(model_name)s"],
        "HEAD": ["%(app_label)s.view_%(model_name)s"],
    }
