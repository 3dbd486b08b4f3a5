"""What models are, how they were made and judged, where they are deployed."""

from apps.inference.models.ai_services import (
    AiService,
    Benchmark,
    BenchmarkCase,
    BenchmarkEntry,
    Measure,
    Need,
    NeedFunction,
    ServiceDay,
    ServicePrice,
)
from apps.inference.models.batches import Batch
from apps.inference.models.deployments import Deployment, Review, ReviewComment
from apps.inference.models.feedback import Feedback
from apps.inference.models.models import Model
from apps.inference.models.predictions import Prediction
from apps.inference.models.training import Evaluation, ModelVersion, TrainingRun
from apps.inference.models.watching import DriftAlert, DriftReport, DriftTrial, TrafficHour

__all__ = [
    "AiService",
    "Batch",
    "Benchmark",
    "BenchmarkCase",
    "BenchmarkEntry",
    "Deployment",
    "DriftAlert",
    "DriftReport",
    "DriftTrial",
    "Evaluation",
    "Feedback",
    "Measure",
    "Model",
    "ModelVersion",
    "Need",
    "NeedFunction",
    "Prediction",
    "Review",
    "ReviewComment",
    "ServiceDay",
    "ServicePrice",
    "TrafficHour",
    "TrainingRun",
]
