from django.db import migrations


class Migration(migrations.Migration):
    """What only a dataset of a single entity needed."""

    dependencies = [("datasets", "0004_move_single_entity")]

    operations = [
        migrations.RemoveField(
            model_name='build',
            name='reasons',
        ),
        migrations.RemoveField(
            model_name='build',
            name='recipe',
        ),
        migrations.RemoveField(
            model_name='build',
            name='rejects',
        ),
        migrations.RemoveField(
            model_name='build',
            name='snapshot',
        ),
        migrations.RemoveField(
            model_name='recipe',
            name='source',
        ),
        migrations.RemoveField(
            model_name='recipe',
            name='steps',
        ),
        migrations.RemoveField(
            model_name='version',
            name='sha256',
        ),
        migrations.RemoveField(
            model_name='version',
            name='snapshot',
        ),
        migrations.RemoveField(
            model_name='version',
            name='table',
        ),
    ]
