"""Made-up things under a run's own cameras: pictures that cost no render, in any number."""
