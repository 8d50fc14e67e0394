# It has a set-uid program.
FROM demo.example/rules/set-uid:1@sha256:3edd3e32461f7ac61ef997935c3b5e7a9ea7358a27442dc66cde69ce68bfc22a
