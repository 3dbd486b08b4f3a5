# The image of web, worker, beat and release: which one is the command of the container. See docs/operations.md.

FROM python:3.12-slim AS packages
WORKDIR /build
COPY requirements requirements
RUN VENV=/opt/venv python requirements/install.py prod

FROM python:3.12-slim
ENV DJANGO_SETTINGS_MODULE=config.settings.prod \
    PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 --home-dir /srv/ecluse ecluse
WORKDIR /srv/ecluse
COPY --from=packages /opt/venv /opt/venv
COPY . .
# Nothing is served by these values: collecting the static files needs settings, and no server.
RUN SECRET_KEY=unused ALLOWED_HOSTS=unused SITE_URL=https://unused EMAIL_URL=smtp://unused \
    DATABASE_URL=postgres://unused/unused REDIS_URL=redis://unused \
    python manage.py collectstatic --no-input \
    && install --directory --owner=ecluse var var/media
USER ecluse
VOLUME /srv/ecluse/var
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--no-ws", "config.wsgi:application"]
