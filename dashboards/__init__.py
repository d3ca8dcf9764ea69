"""The dashboards: pages over the published marts. They show numbers and invent none."""
