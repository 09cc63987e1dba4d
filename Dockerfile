# The program, as page and as command line; see docs/deploy.md.
FROM python:3.11-slim-bookworm

# Chromium draws pictures for links and for `chart`.
RUN apt-get update \
    && apt-get install -y --no-install-recommends chromium fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home --uid 10001 plumbline \
    && install -d -o plumbline -g plumbline /var/lib/plumbline

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
USER plumbline
VOLUME /var/lib/plumbline
EXPOSE 8050
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
    CMD ["python", "-c", "from http.client import HTTPConnection as C; c = C('127.0.0.1', 8050, timeout=8); \
c.request('GET', '/method'); exit(c.getresponse().status not in (200, 401))"]
CMD ["plumbline", "serve"]
