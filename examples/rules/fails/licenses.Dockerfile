# A package of it has a license that the policy denies.
FROM demo.example/rules/copyleft:1@sha256:a34852a331b8c3ea3c16aeff163ec973dd70e11b83befd8a12352de184d31394
