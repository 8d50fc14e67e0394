# Its provenance names a different repository than the policy.
FROM demo.example/rules/forked:1@sha256:0976be688b1853536a15636d792de525e4ec05b78333eb031394a97feeeaa0cc
