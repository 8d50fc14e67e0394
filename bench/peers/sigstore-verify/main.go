// Verifies every image named with sigstore-go, in one process: the bundles that refer to its digest, of which there must
// be COUNT. Usage: sigstore-verify TRUSTED_ROOT ISSUER SUBJECT COUNT IMAGE@DIGEST…
package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	trusted, err := root.NewTrustedRootFromPath(args[0])
	if err != nil {
		return err
	}
	verifier, err := verify.NewVerifier(trusted, verify.WithSignedCertificateTimestamps(1), verify.WithTransparencyLog(1), verify.WithObserverTimestamps(1))
	if err != nil {
		return err
	}
	identity, err := verify.NewShortCertificateIdentity(args[1], "", args[2], "")
	if err != nil {
		return err
	}
	count, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	puller, err := remote.NewPuller()
	if err != nil {
		return err
	}
	images := args[4:]
	failures := make([]error, len(images))
	var all sync.WaitGroup
	for i, image := range images {
		all.Add(1)
		go func() {
			defer all.Done()
			failures[i] = check(image, count, puller, verifier, identity)
		}()
	}
	all.Wait()
	for _, failure := range failures {
		if failure != nil {
			return failure
		}
	}
	return nil
}

func check(image string, count int, puller *remote.Puller, verifier *verify.Verifier, identity verify.CertificateIdentity) error {
	digest, err := name.NewDigest(image, name.Insecure)
	if err != nil {
		return err
	}
	// The manifest itself: what is built on must be there.
	if _, err := remote.Get(digest, remote.Reuse(puller)); err != nil {
		return err
	}
	index, err := remote.Referrers(digest, remote.Reuse(puller))
	if err != nil {
		return err
	}
	listed, err := index.IndexManifest()
	if err != nil {
		return err
	}
	var bundles []v1.Descriptor
	for _, one := range listed.Manifests {
		if strings.HasPrefix(one.ArtifactType, "application/vnd.dev.sigstore.bundle") {
			bundles = append(bundles, one)
		}
	}
	if len(bundles) != count {
		return fmt.Errorf("%s has %d bundles", image, len(bundles))
	}
	failures := make([]error, count)
	var all sync.WaitGroup
	for i, one := range bundles {
		all.Add(1)
		go func() {
			defer all.Done()
			failures[i] = checkBundle(digest, one, puller, verifier, identity)
		}()
	}
	all.Wait()
	for _, failure := range failures {
		if failure != nil {
			return failure
		}
	}
	return nil
}

func checkBundle(subject name.Digest, one v1.Descriptor, puller *remote.Puller, verifier *verify.Verifier, identity verify.CertificateIdentity) error {
	manifest, err := remote.Image(subject.Context().Digest(one.Digest.String()), remote.Reuse(puller))
	if err != nil {
		return err
	}
	layers, err := manifest.Layers()
	if err != nil {
		return err
	}
	blob, err := layers[0].Compressed()
	if err != nil {
		return err
	}
	defer blob.Close()
	text, err := io.ReadAll(blob)
	if err != nil {
		return err
	}
	var signed bundle.Bundle
	if err := signed.UnmarshalJSON(text); err != nil {
		return err
	}
	digest, err := hex.DecodeString(strings.TrimPrefix(subject.DigestStr(), "sha256:"))
	if err != nil {
		return err
	}
	_, err = verifier.Verify(&signed, verify.NewPolicy(verify.WithArtifactDigest("sha256", digest), verify.WithCertificateIdentity(identity)))
	return err
}
