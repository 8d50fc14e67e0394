# Its environment contains a password.
FROM demo.example/rules/leaking:1@sha256:4c279c17f1c66fe1ce0eab156e6fc5332ba3f0fa62d5f72b357fbd2c35e65160
