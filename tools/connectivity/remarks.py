"""What a network policy cannot say, and so neither can the report."""

REMARKS = (
    "Ports without a protocol are TCP. A pod and itself: two pods of one kind.",
    "A policy knows addresses, not names: 443 to the internet is 443 to any host of it, OpenAI's and Google's too.",
    "The load balancer is every host of the public subnets; MySQL, Redis and AWS's endpoints share the data subnets.",
    "In brackets: open to that range of addresses, though nothing there listens; the security groups close it.",
    "A node always reaches the pods that run on it, by which Kubernetes probes them; this one is another node.",
)
