# It has a set-uid program.
FROM demo.example/rules/set-uid:1@sha256:661fd30562538f8ffe5b37765329c7c2f827d819cccb2f4c94b6d0bba3f08906
