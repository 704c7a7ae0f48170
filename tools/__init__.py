"""What is run beside the system: the bill, the versions' support windows, the difference between two synths."""
