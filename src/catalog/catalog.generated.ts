// Made by scripts/generate-catalog.mjs from the YAML files beside it; edit those.
import type { Catalog } from './publisher.js';

export const catalog: Catalog = {
  "version": "2026.11.3",
  "abandoned": [
    {
      "image": "docker.io/bitnamilegacy/**",
      "reason": "Bitnami no longer maintains these images",
      "source": "https://github.com/bitnami/containers/issues/83267",
      "read": "2026-11"
    }
  ],
  "publishers": [
    {
      "id": "bitnami-secure",
      "name": "Bitnami Secure Images",
      "images": [],
      "hardened": true,
      "verifiable": false,
      "wolfi": false,
      "attestations": [],
      "publishes": {},
      "quirks": [],
      "facts": [
        {
          "fact": "One key signs the images, and the transparency log is not used.",
          "source": "https://app-catalog.vmware.com/.well-known/cosign.pub",
          "read": "2026-11",
          "confirmed": true
        }
      ],
      "notVerifiable": "the registry differs by customer; give an image pattern, and the key of https://app-catalog.vmware.com/.well-known/cosign.pub with \"log\" set to ignored",
      "asksFor": [],
      "authorities": []
    },
    {
      "id": "canonical",
      "name": "Canonical",
      "images": [
        "docker.io/ubuntu/*",
        "public.ecr.aws/ubuntu/*"
      ],
      "hardened": false,
      "verifiable": false,
      "wolfi": false,
      "attestations": [],
      "publishes": {},
      "quirks": [],
      "facts": [
        {
          "fact": "No signature with a published key or identity was found for these images.",
          "source": "https://hub.docker.com/u/ubuntu",
          "read": "2026-11",
          "confirmed": false
        }
      ],
      "notVerifiable": "the publisher publishes no verifiable signature",
      "asksFor": [],
      "authorities": []
    },
    {
      "id": "chainguard-organization",
      "name": "Chainguard (images of an organization)",
      "images": [
        "cgr.dev/{organization}/**"
      ],
      "hardened": true,
      "verifiable": false,
      "wolfi": true,
      "attestations": [
        "SPDX SBOM",
        "SLSA provenance v1",
        "apko configuration"
      ],
      "publishes": {
        "sbom": {
          "as": "signed"
        },
        "provenance": {
          "as": "signed"
        }
      },
      "quirks": [
        "Two identities of the organization sign, catalog_syncer and apko_builder; `chainctl iam account-associations describe` shows them."
      ],
      "facts": [
        {
          "fact": "The issuer is issuer.enforce.dev, and the subjects are the URLs of the organization's own identities there.",
          "source": "https://edu.chainguard.dev/chainguard/chainguard-images/how-to-use/verifying-chainguard-images-and-metadata-signatures-with-cosign/",
          "read": "2026-11",
          "confirmed": true
        }
      ],
      "notVerifiable": "the identities that sign differ by organization; an allow entry gives them",
      "asksFor": [
        "organization",
        "identities"
      ],
      "authorities": [
        {
          "kind": "keyless",
          "issuer": "https://issuer.enforce.dev",
          "subject": "{identities}"
        }
      ]
    },
    {
      "id": "chainguard",
      "name": "Chainguard (free images)",
      "images": [
        "cgr.dev/chainguard/*"
      ],
      "hardened": true,
      "verifiable": true,
      "wolfi": true,
      "attestations": [
        "SPDX SBOM",
        "SLSA provenance v1",
        "apko configuration"
      ],
      "publishes": {
        "sbom": {
          "as": "signed"
        },
        "provenance": {
          "as": "signed"
        }
      },
      "quirks": [
        "Only the tags latest and latest-dev are free, of about 60 images; -dev variants carry a shell and apk.",
        "wolfi-base runs as root and carries a shell and apk; go, postgres, bash and others run as root too."
      ],
      "facts": [
        {
          "fact": "The release workflow of chainguard-images/images signs them keylessly.",
          "source": "https://edu.chainguard.dev/chainguard/chainguard-images/how-to-use/verifying-chainguard-images-and-metadata-signatures-with-cosign/",
          "read": "2026-11",
          "confirmed": true
        }
      ],
      "asksFor": [],
      "authorities": [
        {
          "kind": "keyless",
          "issuer": "https://token.actions.githubusercontent.com",
          "subject": "https://github.com/chainguard-images/images/.github/workflows/release.yaml@refs/heads/main"
        }
      ]
    },
    {
      "id": "distroless",
      "name": "Google distroless",
      "images": [
        "gcr.io/distroless/*"
      ],
      "hardened": true,
      "verifiable": true,
      "wolfi": false,
      "attestations": [
        "SPDX SBOM"
      ],
      "publishes": {
        "sbom": {
          "as": "signed"
        },
        "provenance": {
          "as": "none",
          "source": "https://github.com/GoogleContainerTools/distroless/blob/04338216b983d4921532af1914927f90e725b282/private/oci/sign_and_push.bzl",
          "read": "2026-11"
        }
      },
      "quirks": [
        "The tag latest runs as root; only nonroot tags run as 65532. Tags that begin with debug carry busybox.",
        "The configuration says that every image was created in 1970, for reproducibility.",
        "The predicate of the SBOM attestation is a string that holds JSON."
      ],
      "facts": [
        {
          "fact": "Images are signed keylessly by a Google service account.",
          "source": "https://github.com/GoogleContainerTools/distroless/blob/main/README.md",
          "read": "2026-11",
          "confirmed": true
        },
        {
          "fact": "The release attests an SPDX SBOM and signs, and attests nothing else, so that there is no provenance.",
          "source": "https://github.com/GoogleContainerTools/distroless/blob/04338216b983d4921532af1914927f90e725b282/private/oci/sign_and_push.bzl",
          "read": "2026-11",
          "confirmed": true
        }
      ],
      "asksFor": [],
      "authorities": [
        {
          "kind": "keyless",
          "issuer": "https://accounts.google.com",
          "subject": "keyless@distroless.iam.gserviceaccount.com"
        }
      ]
    },
    {
      "id": "docker-hardened",
      "name": "Docker Hardened Images",
      "images": [
        "dhi.io/**"
      ],
      "hardened": true,
      "verifiable": false,
      "wolfi": false,
      "attestations": [
        "SBOM",
        "SLSA provenance",
        "VEX",
        "verification summary"
      ],
      "publishes": {
        "sbom": {
          "as": "signed"
        },
        "provenance": {
          "as": "signed"
        }
      },
      "quirks": [
        "Pulling needs a login to dhi.io.",
        "The in-toto documents of the index's attestation manifests are signed as referrers; mirrored images have theirs at registry.scout.docker.com.",
        "Most run as 65532, but node as 1000, postgres as 70, mongodb as 999; maven, gradle and composer exist as -dev alone."
      ],
      "facts": [
        {
          "fact": "One key signs all images; its current version is dhi-2.",
          "source": "https://github.com/docker-hardened-images/keyring",
          "read": "2026-11",
          "confirmed": true
        },
        {
          "fact": "Attestations are verified with that key, and need not be in the transparency log.",
          "source": "https://docs.docker.com/dhi/how-to/verify/",
          "read": "2026-11",
          "confirmed": true
        }
      ],
      "notVerifiable": "the catalog holds no copy of its key; give it in the policy from https://dhi.io/keyring/latest.pub, with \"log\" set to ignored",
      "asksFor": [],
      "authorities": []
    },
    {
      "id": "docker-official",
      "name": "Docker Official Images",
      "images": [
        "docker.io/library/*"
      ],
      "hardened": false,
      "verifiable": false,
      "wolfi": false,
      "attestations": [
        "BuildKit SBOM and provenance",
        "unsigned"
      ],
      "publishes": {
        "sbom": {
          "as": "unsigned",
          "source": "https://github.com/docker-library/official-images",
          "read": "2026-11"
        },
        "provenance": {
          "as": "unsigned",
          "source": "https://github.com/docker-library/official-images",
          "read": "2026-11"
        }
      },
      "quirks": [],
      "facts": [
        {
          "fact": "SBOM and provenance are attached as BuildKit makes them, without a signature.",
          "source": "https://github.com/docker-library/official-images",
          "read": "2026-11",
          "confirmed": true
        },
        {
          "fact": "No signature with a published key or identity was found for these images.",
          "source": "https://docs.docker.com/docker-hub/image-library/trusted-content/",
          "read": "2026-11",
          "confirmed": false
        }
      ],
      "notVerifiable": "the publisher publishes no verifiable signature",
      "asksFor": [],
      "authorities": []
    },
    {
      "id": "iron-bank",
      "name": "Iron Bank",
      "images": [
        "registry1.dso.mil/**"
      ],
      "hardened": true,
      "verifiable": false,
      "wolfi": false,
      "attestations": [],
      "publishes": {},
      "quirks": [
        "Pulling needs a login."
      ],
      "facts": [
        {
          "fact": "Images are signed with a cosign certificate.",
          "source": "https://p1.dso.mil/iron-bank",
          "read": "2026-11",
          "confirmed": false
        }
      ],
      "notVerifiable": "the certificate that signs has not been confirmed from a public source",
      "asksFor": [],
      "authorities": []
    },
    {
      "id": "kubernetes",
      "name": "Kubernetes",
      "images": [
        "registry.k8s.io/**"
      ],
      "hardened": false,
      "verifiable": true,
      "wolfi": false,
      "attestations": [],
      "publishes": {},
      "quirks": [],
      "facts": [
        {
          "fact": "Release images are signed keylessly by the release engineering's service account.",
          "source": "https://kubernetes.io/docs/tasks/administer-cluster/verify-signed-artifacts/",
          "read": "2026-11",
          "confirmed": true
        }
      ],
      "asksFor": [],
      "authorities": [
        {
          "kind": "keyless",
          "issuer": "https://accounts.google.com",
          "subject": "krel-trust@k8s-releng-prod.iam.gserviceaccount.com"
        }
      ]
    },
    {
      "id": "microsoft",
      "name": "Microsoft Artifact Registry",
      "images": [
        "mcr.microsoft.com/**"
      ],
      "hardened": false,
      "verifiable": false,
      "wolfi": false,
      "attestations": [],
      "publishes": {},
      "quirks": [
        "Signatures are COSE envelopes (PS384) under the root \"Microsoft Supply Chain RSA Root CA 2022\".",
        "Chiseled .NET images run as 1654 and have no ICU unless the tag says extra; there is no distroless SDK."
      ],
      "facts": [
        {
          "fact": "Images are signed by the Notary Project's scheme.",
          "source": "https://learn.microsoft.com/dotnet/core/docker/container-images",
          "read": "2026-11",
          "confirmed": true
        }
      ],
      "notVerifiable": "its images are signed by the Notary Project, which is not verified yet",
      "asksFor": [],
      "authorities": []
    },
    {
      "id": "minimus",
      "name": "Minimus",
      "images": [
        "reg.mini.dev/**"
      ],
      "hardened": true,
      "verifiable": true,
      "wolfi": false,
      "attestations": [],
      "publishes": {},
      "quirks": [
        "Pulling needs a login."
      ],
      "facts": [
        {
          "fact": "Images are signed keylessly by a Google service account.",
          "source": "https://docs.minimus.io/",
          "read": "2026-11",
          "confirmed": true
        }
      ],
      "asksFor": [],
      "authorities": [
        {
          "kind": "keyless",
          "issuer": "https://accounts.google.com",
          "subject": "minimus-images-sa@prod-375107.iam.gserviceaccount.com"
        }
      ]
    },
    {
      "id": "rapidfort",
      "name": "RapidFort",
      "images": [
        "docker.io/rapidfort/*"
      ],
      "hardened": true,
      "verifiable": false,
      "wolfi": false,
      "attestations": [],
      "publishes": {},
      "quirks": [],
      "facts": [
        {
          "fact": "No signature with a published key or identity was found for these images.",
          "source": "https://hub.docker.com/u/rapidfort",
          "read": "2026-11",
          "confirmed": false
        }
      ],
      "notVerifiable": "the publisher publishes no verifiable signature",
      "asksFor": [],
      "authorities": []
    },
    {
      "id": "red-hat-ubi",
      "name": "Red Hat Universal Base Images",
      "images": [
        "registry.access.redhat.com/ubi*/*"
      ],
      "hardened": false,
      "verifiable": true,
      "wolfi": false,
      "attestations": [],
      "publishes": {},
      "quirks": [
        "The signatures are not in the public transparency log; the registry also serves simple signing.",
        "ubi-micro has no package manager; ubi, ubi-minimal and ubi-init have one."
      ],
      "facts": [
        {
          "fact": "Red Hat release key 3 signs the images of registry.access.redhat.com.",
          "source": "https://access.redhat.com/security/team/key",
          "read": "2026-11",
          "confirmed": true
        },
        {
          "fact": "The text of the key is the one that Red Hat's own StackRox carries.",
          "source": "https://github.com/stackrox/stackrox/blob/288e2ddae9a91fe01fd6308e6eee06fd64b5a4a5/pkg/signatures/release-key-3.pub.txt",
          "read": "2026-11",
          "confirmed": true
        },
        {
          "fact": "A line of hardened images at registry.access.redhat.com/hi, with builder tags, is signed by the same key.",
          "source": "https://images.redhat.com",
          "read": "2026-11",
          "confirmed": false
        }
      ],
      "asksFor": [],
      "authorities": [
        {
          "kind": "key",
          "pem": "-----BEGIN PUBLIC KEY-----\nMIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEA0ASyuH2TLWvBUqPHZ4Ip\n75g7EncBkgQHdJnjzxAW5KQTMh/siBoB/BoSrtiPMwnChbTCnQOIQeZuDiFnhuJ7\nM/D3b7JoX0m123NcCSn67mAdjBa6Bg6kukZgCP4ZUZeESajWX/EjylFcRFOXW57p\nRDCEN42J/jYlVqt+g9+Grker8Sz86H3l0tbqOdjbz/VxHYhwF0ctUMHsyVRDq2QP\ntqzNXlmlMhS/PoFr6R4u/7HCn/K+LegcO2fAFOb40KvKSKKVD6lewUZErhop1CgJ\nXjDtGmmO9dGMF71mf6HEfaKSdy+EE6iSF2A2Vv9QhBawMiq2kOzEiLg4nAdJT8wg\nZrMAmPCqGIsXNGZ4/Q+YTwwlce3glqb5L9tfNozEdSR9N85DESfQLQEdY3CalwKM\nBT1OEhEX1wHRCU4drMOej6BNW0VtscGtHmCrs74jPezhwNT8ypkyS+T0zT4Tsy6f\nVXkJ8YSHyenSzMB2Op2bvsE3grY+s74WhG9UIA6DBxcTie15NSzKwfzaoNWODcLF\np7BY8aaHE2MqFxYFX+IbjpkQRfaeQQsouDFdCkXEFVfPpbD2dk6FleaMTPuyxtIT\ngjVEtGQK2qGCFGiQHFd4hfV+eCA63Jro1z0zoBM5BbIIQ3+eVFwt3AlZp5UVwr6d\nsecqki/yrmv3Y0dqZ9VOn3UCAwEAAQ==\n-----END PUBLIC KEY-----\n",
          "name": "https://security.access.redhat.com/data/63405576.txt",
          "log": "ignored"
        }
      ]
    },
    {
      "id": "suse-application-collection",
      "name": "SUSE Application Collection",
      "images": [
        "dp.apps.rancher.io/**"
      ],
      "hardened": false,
      "verifiable": true,
      "wolfi": false,
      "attestations": [],
      "publishes": {},
      "quirks": [
        "Pulling needs a login."
      ],
      "facts": [
        {
          "fact": "Images, charts and attestations are signed with one key, and are in the transparency log.",
          "source": "https://docs.apps.rancher.io/howto-guides/verify-signatures-with-cosign",
          "read": "2026-11",
          "confirmed": true
        },
        {
          "fact": "The text of the key is the one that the guide to verifying with Kubewarden prints.",
          "source": "https://docs.apps.rancher.io/howto-guides/",
          "read": "2026-11",
          "confirmed": true
        }
      ],
      "asksFor": [],
      "authorities": [
        {
          "kind": "key",
          "pem": "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA02FtEt5gBywiyxbmkVsb\nCujcBg5lur0kpEbfDk10gCcs9shVEqEO3ZsOXHursgoaDAWqdPtsYhsgczGeJz9w\nAw+r6BuRV8YOkE37A8s/7IOQUW0tlqtnt11OKhIiZ9+e5l3ed2H1ymKQO3dgreSy\nrShqYdA3hrItswyp41ApF6zhjSPlR6lAmq3X4wMYLAPptmzfxigTnR4hxB5UNPhs\ni2qA4vLrUM/i+NohECuLr1EAymvupH26HLEdM+eZnlQn+WbhIP5Grc4ba7XrBv7K\nkywgTC7CxkiJZR0mUcUD2wTX/Je8Ewj6oPSalx09e2jtzvmU5Kr9XUyMF7Zsj5CA\nIwIDAQAB\n-----END PUBLIC KEY-----\n",
          "name": "https://apps.rancher.io/ap-pubkey.pem",
          "log": "required"
        }
      ]
    },
    {
      "id": "suse-bci",
      "name": "SUSE Linux Enterprise Base Container Images",
      "images": [
        "registry.suse.com/bci/**"
      ],
      "hardened": false,
      "verifiable": false,
      "wolfi": false,
      "attestations": [],
      "publishes": {},
      "quirks": [],
      "facts": [
        {
          "fact": "The images are signed with SUSE's container key.",
          "source": "https://ftp.suse.com/pub/projects/security/keys/container-key.pem",
          "read": "2026-11",
          "confirmed": true
        }
      ],
      "notVerifiable": "the catalog holds no copy of its key; give it in the policy from https://ftp.suse.com/pub/projects/security/keys/container-key.pem",
      "asksFor": [],
      "authorities": []
    }
  ]
};
