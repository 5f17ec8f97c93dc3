"""GB/T 28181 alarm notices, as a video platform forwards them."""
