"""A recipe that serves a version alone, by a public server of the Open Inference Protocol: text, and nothing to trust
but the image that it names."""

from apps.inference.models import ModelVersion

# What reads the operators of `converting.TARGET`.
IMAGE = "nvcr.io/nvidia/tritonserver:24.12-py3"


def dockerfile(version: ModelVersion) -> bytes:
    """A Dockerfile, to be built beside the folder of the KServe export, unzipped."""
    slug = version.model.slug
    return f"""\
# {slug}, version {version.number}
# sha256 {version.sha256}
#
#   unzip {slug}-v{version.number}-kserve.zip
#   docker build -f {slug}-v{version.number}.Dockerfile -t {slug}:{version.number} .
#   docker run --rm --read-only --tmpfs /tmp -p 8000:8000 {slug}:{version.number}
#   curl http://localhost:8000/v2/models/{slug}
ARG TRITON={IMAGE}
FROM ${{TRITON}}
COPY {slug} /models/{slug}
RUN echo "{version.sha256}  /models/{slug}/{version.number}/model.onnx" | sha256sum --check
ENV LC_ALL=C.UTF-8
USER 1000
EXPOSE 8000 8001 8002
HEALTHCHECK CMD curl --fail --silent http://localhost:8000/v2/health/ready || exit 1
CMD ["tritonserver", "--model-repository=/models", "--strict-readiness=true", "--allow-metrics=true"]
""".encode()
