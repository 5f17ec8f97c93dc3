"""GB/T 26875.3-2011: what a user transmission device (用户信息传输装置) and the centre say to each other."""
