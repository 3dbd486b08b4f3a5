from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("datasets", "0009_visibility_moved")]

    operations = [migrations.RemoveField(model_name="dataset", name="is_public")]
