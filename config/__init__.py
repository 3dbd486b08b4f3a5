"""The project: what wires the apps together and runs them."""

# Whoever imports a shared task must find this application, or the task would be sent to a broker that does not exist.
from config.celery import app as celery_app

__all__ = ["celery_app"]
