# It has more packages than the policy allows.
FROM demo.example/rules/large:1@sha256:0df8a3d0264a1709c1e592fc25ec60d83870cb07b89e6800163f3b8468a26966
