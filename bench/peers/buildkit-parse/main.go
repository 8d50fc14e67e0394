// Command buildkit-parse says what BuildKit makes of Dockerfiles, so that our own reader can be held to it.
//
// It reads JSON objects {"id", "content" (base64), "platform", "all", "buildArgs"} from standard input, one a line, and
// answers each with {"id", "parse", "error", "refs"}: the error of its parsers, the error of the whole conversion, and
// every image that the conversion asked a registry for. With -bench FILE it parses the contents of FILE again and
// again instead, and prints files per second.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

type question struct {
	ID        string            `json:"id"`
	Content   []byte            `json:"content"`
	Platform  string            `json:"platform"`
	All       bool              `json:"all"`
	BuildArgs map[string]string `json:"buildArgs"`
}

type answer struct {
	ID     string   `json:"id"`
	Parse  string   `json:"parse,omitempty"`
	Error  string   `json:"error,omitempty"`
	Syntax string   `json:"syntax,omitempty"`
	Refs   []string `json:"refs"`
}

func main() {
	bench := flag.String("bench", "", "parse the questions of this file for some seconds and print files per second")
	flag.Parse()
	if *bench != "" {
		if err := runBench(*bench); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 64<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	enc := json.NewEncoder(out)
	for in.Scan() {
		var q question
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := enc.Encode(ask(q)); err != nil {
			os.Exit(1)
		}
		out.Flush()
	}
}

func parse(content []byte) error {
	res, err := parser.Parse(bytes.NewReader(content))
	if err != nil {
		return err
	}
	stages, _, err := instructions.Parse(res.AST, linter.New(&linter.Config{}))
	if err == nil && len(stages) == 0 {
		err = errors.New("dockerfile contains no stages to build")
	}
	return err
}

func ask(q question) (a answer) {
	a = answer{ID: q.ID, Refs: []string{}}
	defer func() {
		if r := recover(); r != nil {
			a.Error = fmt.Sprint("PANIC ", r)
		}
	}()
	if ref, _, _, ok := parser.DetectSyntax(q.Content); ok {
		a.Syntax = ref
	}
	if err := parse(q.Content); err != nil {
		a.Parse = err.Error()
		return a
	}
	target, err := platforms.Parse(q.Platform)
	if err != nil {
		a.Error = err.Error()
		return a
	}
	target = platforms.Normalize(target)
	caps := pb.Caps.CapSet(pb.Caps.All())
	resolver := &recorder{refs: map[string]struct{}{}}
	_, err = dockerfile2llb.Dockerfile2LLB(context.Background(), q.Content, dockerfile2llb.ConvertOpt{
		Config: dockerui.Config{
			BuildArgs:      q.BuildArgs,
			BuildPlatforms: []ocispecs.Platform{{OS: "linux", Architecture: "amd64"}},
		},
		TargetPlatform: &target,
		MetaResolver:   resolver,
		LLBCaps:        &caps,
		AllStages:      q.All,
	})
	if err != nil {
		a.Error = err.Error()
	}
	for ref := range resolver.refs {
		a.Refs = append(a.Refs, ref)
	}
	slices.Sort(a.Refs)
	return a
}

// recorder answers every image with an empty one, and notes that it was asked for.
type recorder struct {
	mu   sync.Mutex
	refs map[string]struct{}
}

func (r *recorder) ResolveImageConfig(_ context.Context, ref string, opt sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	platform := platforms.DefaultSpec()
	if opt.ImageOpt != nil && opt.ImageOpt.Platform != nil {
		platform = *opt.ImageOpt.Platform
	}
	r.mu.Lock()
	r.refs[ref+" "+platforms.Format(platforms.Normalize(platform))] = struct{}{}
	r.mu.Unlock()
	config, err := json.Marshal(map[string]any{
		"architecture": platform.Architecture,
		"os":           platform.OS,
		"rootfs":       map[string]any{"type": "layers", "diff_ids": []string{digest.FromString(ref).String()}},
	})
	return ref, "", config, err
}

func runBench(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(make([]byte, 1<<20), 64<<20)
	var contents [][]byte
	for in.Scan() {
		var q struct {
			Content string `json:"content"`
		}
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			return err
		}
		contents = append(contents, []byte(q.Content))
	}
	if err := in.Err(); err != nil {
		return err
	}
	n := 0
	start := time.Now()
	for time.Since(start) < 3*time.Second {
		for _, c := range contents {
			_ = parse(c)
		}
		n += len(contents)
	}
	fmt.Printf("%.0f\n", float64(n)/time.Since(start).Seconds())
	return nil
}
