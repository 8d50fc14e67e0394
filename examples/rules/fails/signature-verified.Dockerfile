# Signed, but not by an authority in the policy.
FROM demo.example/rules/strangers:1@sha256:846447a7ffab5767921a5e8c34567c3e3baea83129921c54dde71a6db8e71ef0
