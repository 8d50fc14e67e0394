# A file differs from its package.
FROM demo.example/rules/altered:1@sha256:de9413972892cd8b3b4f40a3e6ac5e204205f4ddbaab98a7235ab0a2546ae075
