# The application; its database is a service of its own (docker-compose.yml).
FROM python:3.13.9-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/wangge

# The same set-up as on any machine, before the code: a change of code installs nothing anew.
COPY requirements.lock requirements-node.lock package.json package-lock.json pyproject.toml README.md ./
COPY scripts scripts
COPY service service
COPY maps maps
COPY gis_data gis_data
RUN python -m scripts.bootstrap install && rm -rf /root/.cache /root/.npm

# Backups need the client programs; they are not in the image: run pg_dump beside the database.
# Compiled kernels are read where they can be written: their folders belong to whoever runs.
RUN useradd --system --create-home wangge && mkdir .wangge maps/output -p && chown wangge .wangge maps/output \
    && find service/domain -name __pycache__ -exec chown -R wangge {} +
USER wangge
ENV PATH=/srv/wangge/.venv/bin:$PATH WANGGE_HOST=0.0.0.0
EXPOSE 8000
CMD ["python", "-m", "scripts.start"]
