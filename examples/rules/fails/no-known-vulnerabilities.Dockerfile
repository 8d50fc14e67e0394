# Its nodejs-22 has a known vulnerability.
FROM demo.example/rules/vulnerable:1@sha256:436a49d25d85c1d74d91f49181f29341f8ceedae68441ce7404987321018fb0d
