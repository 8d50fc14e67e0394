// Copies an image from an OCI layout to a registry and signs it with a key, as `skopeo copy
// --sign-by-sigstore-private-key` does: by containers/image, which is skopeo's engine. Debian builds skopeo without it.
// Usage: sign-image LAYOUT:TAG HOST/REPOSITORY:TAG KEY LOOKASIDE_DIRECTORY       (the key's passphrase is empty)
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/containers/image/v5/copy"
	"github.com/containers/image/v5/docker"
	"github.com/containers/image/v5/oci/layout"
	"github.com/containers/image/v5/signature"
	"github.com/containers/image/v5/types"
)

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(from, to, key, lookaside string) error {
	source, err := layout.ParseReference(from)
	if err != nil {
		return err
	}
	destination, err := docker.ParseReference("//" + to)
	if err != nil {
		return err
	}
	policy, err := signature.NewPolicyContext(&signature.Policy{
		Default: signature.PolicyRequirements{signature.NewPRInsecureAcceptAnything()},
	})
	if err != nil {
		return err
	}
	_, err = copy.Image(context.Background(), policy, destination, source, &copy.Options{
		SignBySigstorePrivateKeyFile:     key,
		SignSigstorePrivateKeyPassphrase: []byte{},
		ReportWriter:                     os.Stderr,
		DestinationCtx: &types.SystemContext{
			DockerInsecureSkipTLSVerify: types.OptionalBoolTrue,
			RegistriesDirPath:           lookaside,
		},
	})
	return err
}
