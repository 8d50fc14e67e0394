# A tag may point elsewhere when the build pulls it.
FROM demo.example/rules/clean:1
