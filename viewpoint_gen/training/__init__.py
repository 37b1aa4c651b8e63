"""Training: a run's questions in, a model that answers them out.

Supervised first (direct answers and verified reasons), then GRPO with the scorer as the reward.
Needs the extra ``train``.
"""
