# A file differs from its package.
FROM demo.example/rules/altered:1@sha256:418a53e2f5cbb4fd39e6d650a8f2d8865f49c85b9d467ae5d5442624f32813a8
