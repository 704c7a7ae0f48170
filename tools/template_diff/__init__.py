"""What a change does to the deployed stacks, as one comment on its pull request; what would lose data is refused."""
