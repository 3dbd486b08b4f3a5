"""What a training computes on, from the first one of a process."""

import os
import subprocess
import sys

from django.conf import settings

PROGRAM = """
import django
django.setup()
from apps.inference.training import limited_threads
with limited_threads():
    import sklearn.ensemble
    from threadpoolctl import threadpool_info
    print(sorted({each["num_threads"] for each in threadpool_info()}))
"""


def test_the_first_training_of_a_process_is_held_to_its_cores_too():
    """Threads that wait by spinning take minutes, on a busy machine, over what one does in seconds."""
    many = {"DJANGO_SETTINGS_MODULE": "config.settings.test", "OMP_NUM_THREADS": "4", "OPENBLAS_NUM_THREADS": "4"}

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=settings.BASE_DIR, env=os.environ | many, capture_output=True, text=True
    )

    assert done.stdout.strip() == f"[{settings.TRAINING_THREADS}]", done.stderr
