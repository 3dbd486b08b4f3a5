"""Post an evaluation report on a merge request, from a pipeline: docs/how-to/review-a-model-in-a-merge-request.md."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from apps.core.errors import EcluseError
from apps.inference.merge_requests import Forge, GitHub, GitLab, kept_token, post_report
from apps.inference.models import Model, TrainingRun


class Command(BaseCommand):
    help = (
        "Comment on a merge request of GitLab, or a pull request of GitHub, with the evaluation report of a training. "
        "The token is read from the environment, GITLAB_TOKEN or GITHUB_TOKEN; else it is the one that the model keeps."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--model", required=True, help="identifier of the model")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--version-number", type=int, dest="number", help="a version of it")
        what.add_argument("--training", type=int, help="a training of it; its last one if nothing is said")
        parser.add_argument("--gitlab-project", help="path or number of the project")
        parser.add_argument("--merge-request", type=int, help="number of the merge request")
        parser.add_argument("--gitlab-url", default=os.environ.get("CI_SERVER_URL", "https://gitlab.com"))
        parser.add_argument("--github-repository", help="owner/name")
        parser.add_argument("--pull-request", type=int, help="number of the pull request")
        parser.add_argument("--github-url", default=os.environ.get("GITHUB_API_URL", "https://api.github.com"))

    def handle(self, *args: Any, **options: Any) -> None:
        run = _training(options)
        try:
            forge = _forge(options, run.model)
            with translation.override(settings.LANGUAGE_CODE):  # people read it
                is_replaced = post_report(run=run, forge=forge)
        except EcluseError as error:
            raise CommandError(str(error.message)) from error
        done = "replaced" if is_replaced else "posted"
        self.stdout.write(f"{run.model.slug}: report of training {run.pk} {done}.")


def _forge(options: dict[str, Any], model: Model) -> Forge:
    gitlab = options["gitlab_project"], options["merge_request"]
    github = options["github_repository"], options["pull_request"]
    if all(gitlab) and not any(github):
        url = options["gitlab_url"]
        return GitLab(url=url, project=gitlab[0], number=gitlab[1], token=_token("GITLAB_TOKEN", url, model))
    if all(github) and not any(gitlab):
        url = options["github_url"]
        return GitHub(url=url, repository=github[0], number=github[1], token=_token("GITHUB_TOKEN", url, model))
    raise CommandError("Say --gitlab-project and --merge-request, or --github-repository and --pull-request.")


def _token(name: str, url: str, model: Model) -> str:
    if token := os.environ.get(name, "").strip() or kept_token(model=model, url=url):
        return token
    raise CommandError(f"The environment has no {name}, and the model keeps no token for {url}.")


def _training(options: dict[str, Any]) -> TrainingRun:
    runs = TrainingRun.objects.filter(model__slug=options["model"])
    runs = runs.select_related("model", "version", "evaluation", "dataset_version")
    if options["number"]:
        runs = runs.filter(version__number=options["number"])
    if options["training"]:
        runs = runs.filter(pk=options["training"])
    run: TrainingRun | None = runs.order_by("-pk").first()
    if run is None:
        raise CommandError("There is no such training.")
    return run
