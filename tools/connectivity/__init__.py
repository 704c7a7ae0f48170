"""Who reaches whom in the cluster, decided by the synthesized network policies alone, as a table and a picture."""
