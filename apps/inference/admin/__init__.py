"""The back-office of models and of the services of others: everything to read, nothing written but by acts."""

from apps.inference.admin import ai_services, asked, delivery, models, watching

__all__ = ["ai_services", "asked", "delivery", "models", "watching"]
