import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Datasets of several linked entities: what is new. What was written of their single one moves next."""

    dependencies = [
        ('collection', '0001_initial'),
        ('datasets', '0002_schema_data'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BuildOutput',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('entity', models.CharField(max_length=50, verbose_name='entity')),
                ('rows_in', models.PositiveBigIntegerField(default=0, verbose_name='rows read')),
                ('rows_kept', models.PositiveBigIntegerField(default=0, verbose_name='rows kept')),
                ('rows_rejected', models.PositiveBigIntegerField(default=0, verbose_name='rows rejected')),
                ('rows_left_out', models.PositiveBigIntegerField(default=0, verbose_name='rows left out')),
                ('reasons', models.JSONField(blank=True, default=list, verbose_name='reasons')),
                ('inputs', models.JSONField(blank=True, default=list, verbose_name='inputs')),
                ('snapshot', models.CharField(blank=True, max_length=255, verbose_name='file of the rows')),
                ('rejects', models.CharField(blank=True, max_length=255, verbose_name='file of the rows set aside')),
            ],
            options={
                'verbose_name': 'what a build made',
                'verbose_name_plural': 'what builds made',
                'ordering': ['build', 'position'],
            },
        ),
        migrations.CreateModel(
            name='RecipeDependency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'verbose_name': 'what a recipe reads',
                'verbose_name_plural': 'what recipes read',
            },
        ),
        migrations.CreateModel(
            name='VersionTable',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('entity', models.CharField(max_length=50, verbose_name='entity')),
                ('rows', models.PositiveBigIntegerField(verbose_name='rows')),
                ('size', models.PositiveBigIntegerField(verbose_name='size in bytes')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('snapshot', models.CharField(max_length=255, verbose_name='file')),
                ('table', models.CharField(blank=True, editable=False, max_length=63)),
            ],
            options={
                'verbose_name': 'table of a version',
                'verbose_name_plural': 'tables of versions',
                'ordering': ['version', 'position'],
            },
        ),
        migrations.AlterModelOptions(
            name='entity',
            options={'ordering': ['dataset', 'position'], 'verbose_name': 'entity', 'verbose_name_plural': 'entities'},
        ),
        migrations.RemoveConstraint(
            model_name='build',
            name='datasets_build_loses_no_row',
        ),
        migrations.AddField(
            model_name='build',
            name='model',
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='build',
            name='read_versions',
            field=models.ManyToManyField(blank=True, editable=False, related_name='read_by', to='datasets.version'),
        ),
        migrations.AddField(
            model_name='build',
            name='recipes',
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='build',
            name='rows_left_out',
            field=models.PositiveBigIntegerField(default=0, editable=False, verbose_name='rows left out'),
        ),
        migrations.AddField(
            model_name='column',
            name='choices',
            field=models.JSONField(blank=True, default=list, verbose_name='values allowed'),
        ),
        migrations.AddField(
            model_name='column',
            name='is_indexed',
            field=models.BooleanField(default=False, verbose_name='indexed'),
        ),
        migrations.AddField(
            model_name='column',
            name='maximum',
            field=models.CharField(blank=True, max_length=100, verbose_name='greatest value'),
        ),
        migrations.AddField(
            model_name='column',
            name='minimum',
            field=models.CharField(blank=True, max_length=100, verbose_name='least value'),
        ),
        migrations.AddField(
            model_name='column',
            name='pattern',
            field=models.CharField(blank=True, max_length=500, verbose_name='pattern'),
        ),
        migrations.AddField(
            model_name='dataset',
            name='model',
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='entity',
            name='foreign_keys',
            field=models.JSONField(blank=True, default=list, verbose_name='foreign keys'),
        ),
        migrations.AddField(
            model_name='entity',
            name='position',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='position'),
        ),
        migrations.AddField(
            model_name='entity',
            name='uniques',
            field=models.JSONField(blank=True, default=list, verbose_name='unique together'),
        ),
        migrations.AddField(
            model_name='recipe',
            name='document',
            field=models.JSONField(default=dict, verbose_name='recipe'),
        ),
        migrations.AlterField(
            model_name='build',
            name='recipe_number',
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name='version of the recipes'),
        ),
        migrations.AddConstraint(
            model_name='build',
            constraint=models.CheckConstraint(condition=models.Q(('rows_in', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('rows_kept'), '+', models.F('rows_rejected')), '+', models.F('rows_left_out')))), name='datasets_build_loses_no_row'),
        ),
        migrations.AddField(
            model_name='buildoutput',
            name='build',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outputs', to='datasets.build', verbose_name='build'),
        ),
        migrations.AddField(
            model_name='recipedependency',
            name='dataset',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='recipe_dependencies', to='datasets.dataset', verbose_name='dataset'),
        ),
        migrations.AddField(
            model_name='recipedependency',
            name='recipe',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dependencies', to='datasets.recipe', verbose_name='recipe'),
        ),
        migrations.AddField(
            model_name='recipedependency',
            name='source',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='recipe_dependencies', to='collection.source', verbose_name='source'),
        ),
        migrations.AddField(
            model_name='versiontable',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tables', to='datasets.version', verbose_name='version'),
        ),
        migrations.AddConstraint(
            model_name='buildoutput',
            constraint=models.UniqueConstraint(fields=('build', 'entity'), name='datasets_buildoutput_unique_entity'),
        ),
        migrations.AddConstraint(
            model_name='buildoutput',
            constraint=models.CheckConstraint(condition=models.Q(('rows_in', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('rows_kept'), '+', models.F('rows_rejected')), '+', models.F('rows_left_out')))), name='datasets_buildoutput_loses_no_row'),
        ),
        migrations.AddConstraint(
            model_name='recipedependency',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('dataset', None), ('source__isnull', False)), models.Q(('dataset__isnull', False), ('source', None)), _connector='OR'), name='datasets_recipedependency_reads_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='recipedependency',
            constraint=models.UniqueConstraint(fields=('recipe', 'source', 'dataset'), name='datasets_recipedependency_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='versiontable',
            constraint=models.UniqueConstraint(fields=('version', 'entity'), name='datasets_versiontable_unique_entity'),
        ),
        migrations.AddConstraint(
            model_name='versiontable',
            constraint=models.UniqueConstraint(condition=models.Q(('table', ''), _negated=True), fields=('table',), name='datasets_versiontable_unique_table'),
        ),
    ]
