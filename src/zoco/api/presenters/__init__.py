"""Domain values -> resources, as this viewer may see them: the one place where anything is hidden."""
