"""Who should talk to whom, and when: pure rules. No Redis, no clock, no chance."""
