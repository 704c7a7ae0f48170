"""What CDK creates in a cloud, created here: idempotent, over the same AWS APIs."""
