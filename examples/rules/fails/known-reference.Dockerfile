# Its value is only known when the build runs.
ARG BASE
FROM ${BASE}
