# An allow entry matches it too, but the denylist wins.
FROM demo.example/rules/retired:1@sha256:58ba6971836e0e0a7bef2e90ac75d78b1ebc80149e82354bc53cf9e696518ad7
