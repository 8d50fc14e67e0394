// An evaluator of BuildKit source policies. It reads a policy as buildctl and buildx read one, and asks BuildKit's own
// engine (github.com/moby/buildkit/sourcepolicy) what would become of each source.
//
//	source-policy-evaluator POLICY.json SOURCE...
//	source-policy-evaluator POLICY.json < SOURCES      one a line
//
// A source is an identifier as the engine sees it (docker-image://docker.io/library/alpine:3.20) or, with the flag
// -normalize, an image reference as a Dockerfile writes it (alpine:3.20). -attr key=value (repeatable) sets source
// attributes. Each answer is one line of JSON: source, decision (allow, convert, deny or error), result, attrs, error.
// Exit status: 0, or 3 where the policy could not be read.
package main

import (
	"bufio"
	"context"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/distribution/reference"
	"github.com/moby/buildkit/solver/pb"
	"github.com/moby/buildkit/sourcepolicy"
	spb "github.com/moby/buildkit/sourcepolicy/pb"
	"github.com/sirupsen/logrus"
)

type answer struct {
	Source   string            `json:"source"`
	Decision string            `json:"decision"`
	Result   string            `json:"result,omitempty"`
	Attrs    map[string]string `json:"attrs,omitempty"`
	Error    string            `json:"error,omitempty"`
}

type pairs map[string]string

func (p pairs) String() string { return "" }
func (p pairs) Set(s string) error {
	k, v, ok := strings.Cut(s, "=")
	if !ok {
		return errors.New("want key=value")
	}
	p[k] = v
	return nil
}

func identifier(source string) (string, error) {
	named, err := reference.ParseNormalizedNamed(source)
	if err != nil {
		return "", err
	}
	return "docker-image://" + reference.TagNameOnly(named).String(), nil
}

func evaluate(policy *spb.Policy, source string, attrs map[string]string) answer {
	op := &pb.SourceOp{Identifier: source, Attrs: map[string]string{}}
	for k, v := range attrs {
		op.Attrs[k] = v
	}
	changed, err := sourcepolicy.NewEngine([]*spb.Policy{policy}).Evaluate(context.Background(), op)
	a := answer{Source: source, Decision: "allow"}
	switch {
	case errors.Is(err, sourcepolicy.ErrSourceDenied):
		a.Decision = "deny"
	case err != nil:
		a.Decision = "error"
	case changed:
		a.Decision = "convert"
	}
	if err != nil {
		a.Error = err.Error()
	}
	if changed {
		a.Result, a.Attrs = op.Identifier, op.Attrs
	}
	return a
}

func main() {
	log.SetFlags(0)
	logrus.SetOutput(io.Discard)
	attrs := pairs{}
	normalize := flag.Bool("normalize", false, "sources are image references as a Dockerfile writes them")
	flag.Var(attrs, "attr", "source attribute, key=value (repeatable)")
	flag.Parse()
	if flag.NArg() < 1 {
		log.Println("usage: source-policy-evaluator [-normalize] [-attr k=v] POLICY.json [SOURCE...]")
		os.Exit(3)
	}
	text, err := os.ReadFile(flag.Arg(0))
	if err != nil {
		log.Println(err)
		os.Exit(3)
	}
	var policy spb.Policy
	if err := json.Unmarshal(text, &policy); err != nil {
		log.Println("policy:", err)
		os.Exit(3)
	}
	// buildkitd refuses such policies before its engine sees them.
	for i, rule := range policy.Rules {
		if rule == nil || rule.Selector == nil {
			log.Printf("policy: rule %d has no selector", i)
			os.Exit(3)
		}
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	ask := func(source string) {
		id := source
		if *normalize {
			var err error
			if id, err = identifier(source); err != nil {
				out.Encode(answer{Source: source, Decision: "error", Error: err.Error()})
				return
			}
		}
		out.Encode(evaluate(&policy, id, attrs))
	}
	if flag.NArg() > 1 {
		for _, s := range flag.Args()[1:] {
			ask(s)
		}
		return
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		if s := strings.TrimSpace(in.Text()); s != "" {
			ask(s)
		}
	}
	if err := in.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
}
