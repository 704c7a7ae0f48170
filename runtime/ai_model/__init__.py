"""ai-model-service (:8005): a self-hosted small model behind the OpenAI API, without a key."""
