"""Playing cameras: a real client's counterpart for tests, benches and demonstrations."""
