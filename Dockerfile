# The program, as page and as command line; see docs/deploy.md.
# To build on one known image, name its digest: --build-arg BASE=python:3.11-slim-trixie@sha256:...
ARG BASE=python:3.11-slim-trixie
FROM $BASE

# Chromium draws pictures for links and for `chart`.
RUN apt-get update \
    && apt-get install -y --no-install-recommends chromium fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*

# A user without password and shell, who owns nothing but the store.
RUN groupadd --gid 10001 plumbline \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/plumbline --shell /usr/sbin/nologin plumbline \
    && install -d -o plumbline -g plumbline -m 0750 /var/lib/plumbline

WORKDIR /opt/plumbline
COPY requirements/deploy.txt requirements/
RUN python -m pip install --no-cache-dir --require-hashes -r requirements/deploy.txt

COPY pyproject.toml README.md LICENSE app.py ./
COPY analysis analysis
COPY evidence evidence
COPY cli cli
COPY collectors collectors
COPY dashboard dashboard
COPY data data
COPY deviation deviation
RUN python -m pip install --no-cache-dir --no-deps --no-build-isolation .

# plumbline.toml is read from the current folder.
WORKDIR /var/lib/plumbline
ENV PLUMBLINE_STORE=/var/lib/plumbline/lake \
    PLUMBLINE_HOST=0.0.0.0 \
    PLUMBLINE_PORT=8050
# By number: a cluster that refuses to run root cannot look up a name.
USER 10001:10001
VOLUME /var/lib/plumbline
EXPOSE 8050
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
    CMD ["python", "-c", "from http.client import HTTPConnection as C; c = C('127.0.0.1', 8050, timeout=8); \
c.request('GET', '/method'); exit(c.getresponse().status not in (200, 401))"]
CMD ["plumbline", "serve"]
