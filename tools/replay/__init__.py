"""Recorded verdicts of real judges through our own rules: both orders, jury, kappa, cascade, prose. No key, no call."""
