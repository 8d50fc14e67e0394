# `--build-arg BASE=…` replaces it with any image.
ARG BASE=demo.example/rules/clean:1@sha256:7ada3e849f12ae55a678be45e4d52f3ac5389883734a5df9dbf0113a06d2ae59
FROM ${BASE}
