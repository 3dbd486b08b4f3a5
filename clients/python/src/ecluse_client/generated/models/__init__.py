""" Contains all the data models used in inputs/outputs """

from .access import Access
from .ai_service import AiService
from .ai_service_detail import AiServiceDetail
from .answer import Answer
from .audience import Audience
from .batch import Batch
from .batch_state import BatchState
from .benchmark import Benchmark
from .benchmark_report import BenchmarkReport
from .bin_ import Bin
from .blank import Blank
from .build import Build
from .build_state import BuildState
from .capability import Capability
from .case import Case
from .check import Check
from .check_status import CheckStatus
from .code import Code
from .collection_runs_list_mode import CollectionRunsListMode
from .collection_runs_list_state import CollectionRunsListState
from .collection_runs_rejections_export_reason import CollectionRunsRejectionsExportReason
from .collection_runs_rejections_reason import CollectionRunsRejectionsReason
from .collection_sources_list_state import CollectionSourcesListState
from .column import Column
from .column_confidentiality import ColumnConfidentiality
from .column_statistics import ColumnStatistics
from .comment import Comment
from .comment_request_request import CommentRequestRequest
from .contract import Contract
from .contract_request import ContractRequest
from .dataset import Dataset
from .dataset_detail import DatasetDetail
from .datasets_catalogue_response_200 import DatasetsCatalogueResponse200
from .datasets_csvw_response_200 import DatasetsCsvwResponse200
from .datasets_data_package_response_200 import DatasetsDataPackageResponse200
from .datasets_entity_export_format import DatasetsEntityExportFormat
from .datasets_entity_rows_count import DatasetsEntityRowsCount
from .datasets_entity_rows_write_body_type_0 import DatasetsEntityRowsWriteBodyType0
from .datasets_entity_rows_write_body_type_1_item import DatasetsEntityRowsWriteBodyType1Item
from .datasets_export_format import DatasetsExportFormat
from .datasets_list_freshness_item import DatasetsListFreshnessItem
from .datasets_list_readers_item import DatasetsListReadersItem
from .datasets_rows_count import DatasetsRowsCount
from .datasets_schema_response_200 import DatasetsSchemaResponse200
from .decision_request_request import DecisionRequestRequest
from .deployment import Deployment
from .deployment_cause import DeploymentCause
from .deployment_request_request import DeploymentRequestRequest
from .entity import Entity
from .event import Event
from .expected_column import ExpectedColumn
from .expected_column_request import ExpectedColumnRequest
from .expected_period import ExpectedPeriod
from .expected_request import ExpectedRequest
from .feedback import Feedback
from .feedback_inputs_type_0 import FeedbackInputsType0
from .feedback_state import FeedbackState
from .forecast import Forecast
from .foreign_key import ForeignKey
from .format_ import Format
from .from_dataset_request import FromDatasetRequest
from .gate_check import GateCheck
from .gate_state import GateState
from .groups import Groups
from .groups_results_item import GroupsResultsItem
from .health import Health
from .health_status import HealthStatus
from .hosting import Hosting
from .index import Index
from .inference_models_list_task import InferenceModelsListTask
from .inference_services_list_capability import InferenceServicesListCapability
from .inference_trainings_list_state import InferenceTrainingsListState
from .inference_versions_report_response_200 import InferenceVersionsReportResponse200
from .issued_token import IssuedToken
from .judge import Judge
from .judgement import Judgement
from .kind import Kind
from .language import Language
from .legal_basis import LegalBasis
from .live import Live
from .live_status import LiveStatus
from .load_mode import LoadMode
from .me import Me
from .model import Model
from .model_detail import ModelDetail
from .model_version import ModelVersion
from .model_version_detail import ModelVersionDetail
from .model_version_detail_libraries import ModelVersionDetailLibraries
from .model_version_detail_metrics import ModelVersionDetailMetrics
from .model_version_metrics import ModelVersionMetrics
from .models_batches_create_result import ModelsBatchesCreateResult
from .models_feedback_list_state import ModelsFeedbackListState
from .models_schema_response_200 import ModelsSchemaResponse200
from .need import Need
from .need_detail import NeedDetail
from .need_function import NeedFunction
from .new_trial_request import NewTrialRequest
from .new_trial_request_secrets import NewTrialRequestSecrets
from .new_trial_request_settings import NewTrialRequestSettings
from .note import Note
from .note_request import NoteRequest
from .opinion_request import OpinionRequest
from .opinion_request_inputs_type_0 import OpinionRequestInputsType0
from .paginated_ai_service_list import PaginatedAiServiceList
from .paginated_dataset_list import PaginatedDatasetList
from .paginated_deployment_list import PaginatedDeploymentList
from .paginated_event_list import PaginatedEventList
from .paginated_feedback_list import PaginatedFeedbackList
from .paginated_model_list import PaginatedModelList
from .paginated_model_version_list import PaginatedModelVersionList
from .paginated_need_list import PaginatedNeedList
from .paginated_rejection_list import PaginatedRejectionList
from .paginated_run_list import PaginatedRunList
from .paginated_segment_list import PaginatedSegmentList
from .paginated_source_list import PaginatedSourceList
from .paginated_token_list import PaginatedTokenList
from .paginated_training_list import PaginatedTrainingList
from .paginated_version_list import PaginatedVersionList
from .patched_source_change_request import PatchedSourceChangeRequest
from .patched_source_change_request_secrets import PatchedSourceChangeRequestSecrets
from .patched_source_change_request_settings import PatchedSourceChangeRequestSettings
from .period import Period
from .personal_data import PersonalData
from .phase import Phase
from .planned_schedule import PlannedSchedule
from .preview import Preview
from .preview_column import PreviewColumn
from .preview_detected import PreviewDetected
from .preview_rejection import PreviewRejection
from .price import Price
from .problem import Problem
from .problem_code import ProblemCode
from .problem_errors_item import ProblemErrorsItem
from .protocol import Protocol
from .quality import Quality
from .quality_check import QualityCheck
from .question_request import QuestionRequest
from .question_request_given import QuestionRequestGiven
from .question_request_options import QuestionRequestOptions
from .reaction import Reaction
from .reason import Reason
from .receipt import Receipt
from .rejection import Rejection
from .rejection_details import RejectionDetails
from .requested_mode import RequestedMode
from .resource import Resource
from .result import Result
from .result_by_function import ResultByFunction
from .review import Review
from .review_decision import ReviewDecision
from .review_request import ReviewRequest
from .risk import Risk
from .roles import Roles
from .row import Row
from .rows import Rows
from .rows_results_item import RowsResultsItem
from .run import Run
from .run_detail import RunDetail
from .run_error import RunError
from .run_mode import RunMode
from .run_request_request import RunRequestRequest
from .run_state import RunState
from .schedule_request import ScheduleRequest
from .schema_response_200 import SchemaResponse200
from .scopes import Scopes
from .segment import Segment
from .service_set_aside import ServiceSetAside
from .set_aside import SetAside
from .severity import Severity
from .sheet import Sheet
from .sheet_request import SheetRequest
from .slot import Slot
from .source import Source
from .source_creation_request import SourceCreationRequest
from .source_creation_request_secrets import SourceCreationRequestSecrets
from .source_creation_request_settings import SourceCreationRequestSettings
from .source_detail import SourceDetail
from .source_detail_settings import SourceDetailSettings
from .source_kind import SourceKind
from .source_kind_settings import SourceKindSettings
from .source_state import SourceState
from .stage import Stage
from .standing import Standing
from .statistics import Statistics
from .task import Task
from .token import Token
from .token_renewal_request import TokenRenewalRequest
from .token_request_request import TokenRequestRequest
from .token_state import TokenState
from .tone import Tone
from .top import Top
from .training import Training
from .training_cause import TrainingCause
from .training_detail import TrainingDetail
from .training_state import TrainingState
from .trial_request import TrialRequest
from .trial_request_secrets import TrialRequestSecrets
from .trial_request_settings import TrialRequestSettings
from .trigger import Trigger
from .type_ import Type
from .unit import Unit
from .verdict import Verdict
from .version import Version
from .version_table import VersionTable
from .visibility import Visibility

__all__ = (
    "Access",
    "AiService",
    "AiServiceDetail",
    "Answer",
    "Audience",
    "Batch",
    "BatchState",
    "Benchmark",
    "BenchmarkReport",
    "Bin",
    "Blank",
    "Build",
    "BuildState",
    "Capability",
    "Case",
    "Check",
    "CheckStatus",
    "Code",
    "CollectionRunsListMode",
    "CollectionRunsListState",
    "CollectionRunsRejectionsExportReason",
    "CollectionRunsRejectionsReason",
    "CollectionSourcesListState",
    "Column",
    "ColumnConfidentiality",
    "ColumnStatistics",
    "Comment",
    "CommentRequestRequest",
    "Contract",
    "ContractRequest",
    "Dataset",
    "DatasetDetail",
    "DatasetsCatalogueResponse200",
    "DatasetsCsvwResponse200",
    "DatasetsDataPackageResponse200",
    "DatasetsEntityExportFormat",
    "DatasetsEntityRowsCount",
    "DatasetsEntityRowsWriteBodyType0",
    "DatasetsEntityRowsWriteBodyType1Item",
    "DatasetsExportFormat",
    "DatasetsListFreshnessItem",
    "DatasetsListReadersItem",
    "DatasetsRowsCount",
    "DatasetsSchemaResponse200",
    "DecisionRequestRequest",
    "Deployment",
    "DeploymentCause",
    "DeploymentRequestRequest",
    "Entity",
    "Event",
    "ExpectedColumn",
    "ExpectedColumnRequest",
    "ExpectedPeriod",
    "ExpectedRequest",
    "Feedback",
    "FeedbackInputsType0",
    "FeedbackState",
    "Forecast",
    "ForeignKey",
    "Format",
    "FromDatasetRequest",
    "GateCheck",
    "GateState",
    "Groups",
    "GroupsResultsItem",
    "Health",
    "HealthStatus",
    "Hosting",
    "Index",
    "InferenceModelsListTask",
    "InferenceServicesListCapability",
    "InferenceTrainingsListState",
    "InferenceVersionsReportResponse200",
    "IssuedToken",
    "Judge",
    "Judgement",
    "Kind",
    "Language",
    "LegalBasis",
    "Live",
    "LiveStatus",
    "LoadMode",
    "Me",
    "Model",
    "ModelDetail",
    "ModelsBatchesCreateResult",
    "ModelsFeedbackListState",
    "ModelsSchemaResponse200",
    "ModelVersion",
    "ModelVersionDetail",
    "ModelVersionDetailLibraries",
    "ModelVersionDetailMetrics",
    "ModelVersionMetrics",
    "Need",
    "NeedDetail",
    "NeedFunction",
    "NewTrialRequest",
    "NewTrialRequestSecrets",
    "NewTrialRequestSettings",
    "Note",
    "NoteRequest",
    "OpinionRequest",
    "OpinionRequestInputsType0",
    "PaginatedAiServiceList",
    "PaginatedDatasetList",
    "PaginatedDeploymentList",
    "PaginatedEventList",
    "PaginatedFeedbackList",
    "PaginatedModelList",
    "PaginatedModelVersionList",
    "PaginatedNeedList",
    "PaginatedRejectionList",
    "PaginatedRunList",
    "PaginatedSegmentList",
    "PaginatedSourceList",
    "PaginatedTokenList",
    "PaginatedTrainingList",
    "PaginatedVersionList",
    "PatchedSourceChangeRequest",
    "PatchedSourceChangeRequestSecrets",
    "PatchedSourceChangeRequestSettings",
    "Period",
    "PersonalData",
    "Phase",
    "PlannedSchedule",
    "Preview",
    "PreviewColumn",
    "PreviewDetected",
    "PreviewRejection",
    "Price",
    "Problem",
    "ProblemCode",
    "ProblemErrorsItem",
    "Protocol",
    "Quality",
    "QualityCheck",
    "QuestionRequest",
    "QuestionRequestGiven",
    "QuestionRequestOptions",
    "Reaction",
    "Reason",
    "Receipt",
    "Rejection",
    "RejectionDetails",
    "RequestedMode",
    "Resource",
    "Result",
    "ResultByFunction",
    "Review",
    "ReviewDecision",
    "ReviewRequest",
    "Risk",
    "Roles",
    "Row",
    "Rows",
    "RowsResultsItem",
    "Run",
    "RunDetail",
    "RunError",
    "RunMode",
    "RunRequestRequest",
    "RunState",
    "ScheduleRequest",
    "SchemaResponse200",
    "Scopes",
    "Segment",
    "ServiceSetAside",
    "SetAside",
    "Severity",
    "Sheet",
    "SheetRequest",
    "Slot",
    "Source",
    "SourceCreationRequest",
    "SourceCreationRequestSecrets",
    "SourceCreationRequestSettings",
    "SourceDetail",
    "SourceDetailSettings",
    "SourceKind",
    "SourceKindSettings",
    "SourceState",
    "Stage",
    "Standing",
    "Statistics",
    "Task",
    "Token",
    "TokenRenewalRequest",
    "TokenRequestRequest",
    "TokenState",
    "Tone",
    "Top",
    "Training",
    "TrainingCause",
    "TrainingDetail",
    "TrainingState",
    "TrialRequest",
    "TrialRequestSecrets",
    "TrialRequestSettings",
    "Trigger",
    "Type",
    "Unit",
    "Verdict",
    "Version",
    "VersionTable",
    "Visibility",
)
