# According to its signed provenance, it was built in 2015.
FROM demo.example/rules/aged:1@sha256:70820d1c1f8d9b08afaaf564827eccc1068960c624a06947787cdbb7ffd99886
