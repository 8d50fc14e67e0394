# Its runtime is no longer supported.
FROM demo.example/rules/past-end:1@sha256:31383aedff5ac1eb5351ce240310b17af21f74069f1f7769b4ddb4e44cbcce4a
