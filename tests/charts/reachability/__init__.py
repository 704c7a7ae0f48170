"""What the network policies are held against: the table, the ends of connections, and mutations of the policies."""
