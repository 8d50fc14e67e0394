# Only who starts the build knows what this is.
ARG BASE
FROM ${BASE}
