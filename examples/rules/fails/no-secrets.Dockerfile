# Its environment contains a password.
FROM demo.example/rules/leaking:1@sha256:1015a0b778b739041ae9411a123ab04a6ec762b53b56105744f4a4584052076d
