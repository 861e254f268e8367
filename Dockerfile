# The server in a container: screens and packages are built from the lock files, and only what runs is kept.
FROM python:3.13.7-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/kentongan
ENV PATH=/opt/kentongan/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements/run.txt requirements/build.txt requirements/
RUN pip install --require-hashes -r requirements/run.txt \
    && python -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes -r requirements/build.txt
COPY pyproject.toml build_ui.py README.md LICENSE ./
COPY command_center_ui command_center_ui
COPY geo geo
COPY dispatch dispatch
COPY panic_server panic_server
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && pip install --no-deps /wheels/*.whl

FROM python:3.13.7-slim-bookworm
RUN useradd --system --uid 10110 --create-home --home-dir /var/lib/kentongan kentongan
COPY --from=build /opt/kentongan /opt/kentongan
ENV PATH=/opt/kentongan/bin:$PATH KENTONGAN_HOST=0.0.0.0 KENTONGAN_PORT=8000 KENTONGAN_DATA_DIR=/var/lib/kentongan
USER 10110
VOLUME /var/lib/kentongan
EXPOSE 8000
# /healthz says that the process answers; whether the database does is /readyz, for which a restart is no cure.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["kentongan", "serve"]
