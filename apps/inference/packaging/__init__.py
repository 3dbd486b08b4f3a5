"""What a trained model is kept as, opened again by, and handed over as.

package(trained)                       ONNX if it answers as the pipeline does, otherwise skops; never pickle
store.keep(content), store.read(…)     the file in the lake, by its digest
golden.check_golden(…)                 whether what was opened answers as what was trained
exporting.export_version(…)            for the tools of others
"""

from apps.inference.packaging.making import package

__all__ = ["package"]
