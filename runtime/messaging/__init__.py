"""SNS topics out, SQS queues in."""
