# syntax=docker/dockerfile:1
# One recipe for the five services. Which one a pod runs, its arguments say: `-m runtime.gateway`.

# Give it with a digest where a build must be repeatable to the byte: --build-arg PYTHON=python@sha256:…
ARG PYTHON=python:3.11-slim-bookworm

# On the builder's own machine, whichever the image is for. The last stage runs nothing, so nothing needs emulation.
FROM --platform=${BUILDPLATFORM} ${PYTHON} AS built
ARG TARGETARCH
COPY requirements.txt /source/
COPY config /source/config
COPY runtime /source/runtime
COPY images/install /source/images/
RUN /source/images/install /source /opt/llm-judge ${TARGETARCH}

FROM ${PYTHON}
ARG REGION
ARG VERSION
LABEL org.opencontainers.image.title="llm-judge" org.opencontainers.image.version="${VERSION}"
# RDS has certificates of its own authority, which no system trusts by itself.
ADD --chmod=0444 https://truststore.pki.rds.amazonaws.com/${REGION}/${REGION}-bundle.pem /opt/llm-judge/rds-authorities.pem
COPY --from=built /opt/llm-judge /opt/llm-judge
ENV PYTHONPATH=/opt/llm-judge/project:/opt/llm-judge/packages \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LLM_JUDGE_MYSQL_CA_FILE=/opt/llm-judge/rds-authorities.pem
WORKDIR /opt/llm-judge
USER 10001:10001
# No shell in between: SIGTERM reaches the server.
ENTRYPOINT ["python3"]
