"""Projects written down: a folder of YAML that an instance can be made to match, and that an instance can write.

    my-project/
      sources/towns.yaml               kind: source …
      datasets/towns.yaml              kind: dataset …
      files/sources/towns/towns.csv

Pipelines so live in Git and are reviewed like code (docs/how-to/write-a-project.md). This package reads, checks,
applies and exports; what each kind of object holds is declared by its app, in `bundle.py`
(`apps.core.declarations.Bundle`), with `ProjectFile` and `ProjectSecret` where a field is a file or a secret.
"""

from apps.core.projects.applying import Applied, apply_project
from apps.core.projects.exporting import export_project
from apps.core.projects.refusals import Fault, Place, ProjectRefused
from apps.core.projects.values import KeptSecret, ProjectFile, ProjectSecret

__all__ = [
    "Applied",
    "Fault",
    "KeptSecret",
    "Place",
    "ProjectFile",
    "ProjectRefused",
    "ProjectSecret",
    "apply_project",
    "export_project",
]
