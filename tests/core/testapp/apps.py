from django.apps import AppConfig


class TestAppConfig(AppConfig):
    name = "tests.core.testapp"
    label = "testapp"
