# Its provenance names a different repository than the policy.
FROM demo.example/rules/forked:1@sha256:d1ec459227f2c73a6feaf4cde2950d9c9618afc554ddf001606ebc9c8e7524b8
