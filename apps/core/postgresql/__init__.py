"""The database engine of the settings: Django's own for PostgreSQL, which asks less often whether it is there."""
