# No entry of the allowlist matches it.
FROM docker.io/library/node:22@sha256:fb18ebbc378eb19eb77544a6f6801cab4cf0dc73cc833fd3b2fb886ac96f69cb
