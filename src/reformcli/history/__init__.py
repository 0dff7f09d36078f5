"""The year's course: results filed week by week."""
