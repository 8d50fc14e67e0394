# Its runtime is no longer supported.
FROM demo.example/rules/past-end:1@sha256:a386a5e2e2a084652d66bd8b08df13a542bc4bca106697668c24681d40874c37
