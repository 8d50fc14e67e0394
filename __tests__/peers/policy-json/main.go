// An evaluator of containers policy.json(5). It asks the containers image library itself, as podman, skopeo, buildah and
// CRI-O do.
//
//	policy-json-evaluator POLICY.json IMAGE...
//
// IMAGE is transport:reference (dir:/path, oci:/path, docker://127.0.0.1:5000/name:tag). A dir: or oci: image has no
// name: its scope needs exactRepository or exactReference. Each answer is one line of JSON: image, allowed, error.
// Exit status: 0, or 3 where the policy could not be read.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"go.podman.io/image/v5/image"
	"go.podman.io/image/v5/signature"
	"go.podman.io/image/v5/transports/alltransports"
	"go.podman.io/image/v5/types"
)

type answer struct {
	Image   string `json:"image"`
	Allowed bool   `json:"allowed"`
	Error   string `json:"error,omitempty"`
}

func main() {
	registries := flag.String("registries.d", "", "directory with registries.d files")
	insecure := flag.Bool("insecure", false, "plain HTTP registries")
	flag.Parse()
	if flag.NArg() < 1 {
		fmt.Fprintln(os.Stderr, "usage: policy-json-evaluator [-registries.d DIR] [-insecure] POLICY.json IMAGE...")
		os.Exit(3)
	}
	text, err := os.ReadFile(flag.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	policy, err := signature.NewPolicyFromBytes(text)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	evaluator, err := signature.NewPolicyContext(policy)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	defer evaluator.Destroy()
	system := &types.SystemContext{RegistriesDirPath: *registries}
	if *insecure {
		system.DockerInsecureSkipTLSVerify = types.OptionalBoolTrue
	}
	out := json.NewEncoder(os.Stdout)
	for _, name := range flag.Args()[1:] {
		a := answer{Image: name}
		if err := ask(evaluator, system, name, &a); err != nil {
			a.Error = err.Error()
		}
		out.Encode(a)
	}
}

func ask(evaluator *signature.PolicyContext, system *types.SystemContext, name string, a *answer) error {
	ref, err := alltransports.ParseImageName(name)
	if err != nil {
		return err
	}
	src, err := ref.NewImageSource(context.Background(), system)
	if err != nil {
		return err
	}
	defer src.Close()
	a.Allowed, err = evaluator.IsRunningImageAllowed(context.Background(), image.UnparsedInstance(src, nil))
	return err
}
