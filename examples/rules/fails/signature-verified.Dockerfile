# Signed, but not by an authority in the policy.
FROM demo.example/rules/untrusted:1@sha256:71365d7918371252a8ad17fee8a96b08f0455c03c080b8e2004e135f2287a256
