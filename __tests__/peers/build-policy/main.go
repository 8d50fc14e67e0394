// An evaluator of docker buildx build policies (Rego). It asks buildx's own evaluator (github.com/docker/buildx/policy).
//
//	build-policy-evaluator check [-platform linux/amd64] [-digest sha256:…] [-config FILE] POLICY.rego SOURCE...
//	build-policy-evaluator test DIR [NAME]
//
// check says what would become of each source (docker-image://alpine:3.20, https://…, local://context): one line of
// JSON with decision (allow, convert, deny or error), result and messages. Where the policy asks for an image's metadata, the
// registry's answer is taken from -digest and -config (an image config in JSON); there are no attestations in it.
// load_json reads beside the policy.
//
// test runs the unit tests in DIR/*_test.rego on DIR/NAME.rego (NAME: Dockerfile) as docker buildx policy test does:
// there, signatures can be given with "with input as".
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/containerd/platforms"
	"github.com/docker/buildx/policy"
	gwpb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/pb"
	spb "github.com/moby/buildkit/sourcepolicy/pb"
	"github.com/moby/buildkit/sourcepolicy/policysession"
	"github.com/sirupsen/logrus"
)

type answer struct {
	Source   string   `json:"source"`
	Decision string   `json:"decision"`
	Result   string   `json:"result,omitempty"`
	Messages []string `json:"messages,omitempty"`
	Asked    []string `json:"asked,omitempty"`
	Error    string   `json:"error,omitempty"`
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(3)
}

func directory(dir string) func() (fs.StatFS, func() error, error) {
	return func() (fs.StatFS, func() error, error) {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, nil, err
		}
		return root.FS().(fs.StatFS), root.Close, nil
	}
}

func check(args []string) {
	flags := flag.NewFlagSet("check", flag.ExitOnError)
	platform := flags.String("platform", "linux/amd64", "")
	digest := flags.String("digest", "", "what the registry says a tag points to")
	config := flags.String("config", "", "file with the image config")
	verbose := flags.Bool("v", false, "log the evaluation")
	flags.Parse(args)
	if flags.NArg() < 2 {
		flags.Usage()
		os.Exit(3)
	}
	plat, err := platforms.Parse(*platform)
	if err != nil {
		fail(err)
	}
	text, err := os.ReadFile(flags.Arg(0))
	if err != nil {
		fail(err)
	}
	conf := []byte("{}")
	if *config != "" {
		if conf, err = os.ReadFile(*config); err != nil {
			fail(err)
		}
	}
	log := func(level logrus.Level, s string) {
		if *verbose {
			fmt.Fprintln(os.Stderr, s)
		}
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for _, source := range flags.Args()[1:] {
		p := policy.NewPolicy(policy.Opt{
			Files:           []policy.File{{Filename: filepath.Base(flags.Arg(0)), Data: text}},
			FS:              directory(filepath.Dir(flags.Arg(0))),
			DefaultPlatform: &plat,
			Log:             log,
		})
		a := answer{Source: source, Decision: "error"}
		req := &policysession.CheckPolicyRequest{
			Platform: &pb.Platform{OS: plat.OS, Architecture: plat.Architecture, Variant: plat.Variant},
			Source:   &gwpb.ResolveSourceMetaResponse{Source: &pb.SourceOp{Identifier: source}},
		}
		for range 10 {
			got, next, err := p.CheckPolicy(context.Background(), req)
			if err != nil {
				a.Error = err.Error()
				break
			}
			if next != nil {
				a.Asked = append(a.Asked, asked(next))
				meta := &gwpb.ResolveSourceImageResponse{Digest: *digest, Config: conf}
				if next.Image != nil && next.Image.NoConfig {
					meta.Config = nil
				}
				if next.Image != nil && next.Image.AttestationChain {
					meta.AttestationChain = &gwpb.AttestationChain{}
				}
				req.Source.Image = meta
				continue
			}
			a.Decision = map[spb.PolicyAction]string{spb.PolicyAction_ALLOW: "allow", spb.PolicyAction_DENY: "deny", spb.PolicyAction_CONVERT: "convert"}[got.Action]
			if got.Update != nil {
				a.Result = got.Update.Identifier
			}
			for _, m := range got.DenyMessages {
				a.Messages = append(a.Messages, m.Message)
			}
			break
		}
		out.Encode(a)
	}
}

func asked(r *gwpb.ResolveSourceMetaRequest) string {
	var parts []string
	if r.Image != nil {
		if !r.Image.NoConfig {
			parts = append(parts, "config")
		}
		if r.Image.AttestationChain {
			parts = append(parts, "attestations")
		}
	}
	if len(parts) == 0 {
		return "digest"
	}
	return strings.Join(parts, "+")
}

func test(args []string) {
	if len(args) < 1 {
		fail(fmt.Errorf("usage: build-policy-evaluator test DIR [NAME]"))
	}
	name := "Dockerfile"
	if len(args) > 1 {
		name = args[1]
	}
	root, done, err := directory(args[0])()
	if err != nil {
		fail(err)
	}
	defer done()
	summary, err := policy.RunPolicyTests(context.Background(), ".", policy.TestOptions{Root: root, Filename: name})
	if err != nil {
		fail(err)
	}
	for _, r := range summary.Results {
		verdict := "PASS"
		if !r.Passed {
			verdict = "FAIL"
		}
		fmt.Println(verdict, r.Name, strings.Join(r.DenyMessages, "; "))
	}
	if summary.Failed > 0 {
		os.Exit(1)
	}
}

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("usage: build-policy-evaluator check|test …"))
	}
	switch os.Args[1] {
	case "check":
		check(os.Args[2:])
	case "test":
		test(os.Args[2:])
	default:
		fail(fmt.Errorf("unknown command %s", os.Args[1]))
	}
}
