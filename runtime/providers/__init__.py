"""The model providers behind one port; both SDKs stay inside this package."""
