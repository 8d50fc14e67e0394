# It has more packages than the policy allows.
FROM demo.example/rules/large:1@sha256:01b372ec62c059e95775fbb0859315cd2a6c82e13f165cbb7c539de586be0272
