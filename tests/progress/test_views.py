"""The learner's path and module page, the coordinator's table and the page of one person."""
