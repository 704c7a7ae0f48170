# syntax=docker/dockerfile:1
# vLLM with a model's weights: in the cluster its pod has no way out to fetch any. For amd64, as the GPU nodes are.
# The weights come as a build context of their own: --build-context weights=FOLDER

FROM vllm/vllm-openai:v0.14.1
# Whoever downloaded them may have kept them to himself.
COPY --from=weights --chmod=u=rwX,go=rX . /model
# The root is read-only and the user has no name: whatever is cached goes to /tmp.
ENV HOME=/tmp \
    USER=llm-judge \
    VLLM_CACHE_ROOT=/tmp/vllm \
    VLLM_NO_USAGE_STATS=1 \
    HF_HUB_OFFLINE=1
USER 10001:10001
ENTRYPOINT ["python3", "-m", "vllm.entrypoints.openai.api_server"]
