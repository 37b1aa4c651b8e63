"""Training: a run's questions in, a model that answers them out.

The geometry tower first, on depth, correspondences and motions; then supervised (direct answers and
verified reasons), then GRPO with the scorer as the reward. Needs the extra ``train``.
"""
