// Command bake-print resolves bake definitions as `docker buildx bake --print` does, without a daemon. It reads one
// JSON object a line, {"files": [{"name", "text"}], "variables": {}}, and answers each with one line: the builds of all
// targets, the targets that can't be resolved, or the error of the whole definition.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/buildx/bake"
)

type request struct {
	Files []struct {
		Name string `json:"name"`
		Text string `json:"text"`
	} `json:"files"`
	Variables map[string]string `json:"variables"`
}

type build struct {
	Context    string            `json:"context"`
	Dockerfile string            `json:"dockerfile,omitempty"`
	Inline     string            `json:"inline,omitempty"`
	Target     string            `json:"target,omitempty"`
	Args       map[string]string `json:"args,omitempty"`
	Contexts   map[string]string `json:"contexts,omitempty"`
	Platforms  []string          `json:"platforms,omitempty"`
}

type answer struct {
	Error  string            `json:"error,omitempty"`
	Builds map[string]build  `json:"builds"`
	Failed map[string]string `json:"failed"`
}

func main() {
	os.Clearenv()
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for in.Scan() {
		var r request
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		_ = out.Encode(resolve(r))
	}
}

func resolve(r request) (a answer) {
	defer func() {
		if p := recover(); p != nil {
			a = answer{Error: fmt.Sprint("panic: ", p)}
		}
	}()
	var files []bake.File
	for _, f := range r.Files {
		files = append(files, bake.File{Name: f.Name, Data: []byte(f.Text)})
	}
	given := map[string]string{"BAKE_CMD_CONTEXT": "cwd://", "BAKE_LOCAL_PLATFORM": "linux/amd64"}
	config, _, err := bake.ParseFiles(files, given, r.Variables)
	if err != nil {
		return answer{Error: err.Error()}
	}
	a = answer{Builds: map[string]build{}, Failed: map[string]string{}}
	groups := map[string]bool{}
	for _, g := range config.Groups {
		groups[g.Name] = true
	}
	for _, t := range config.Targets {
		if groups[t.Name] {
			continue // the name asks for the group, too
		}
		if b, err := resolveOne(files, given, r.Variables, t.Name); err != nil {
			a.Failed[t.Name] = err.Error()
		} else {
			a.Builds[t.Name] = b
		}
	}
	return a
}

func resolveOne(files []bake.File, given, variables map[string]string, name string) (build, error) {
	targets, _, err := bake.ReadTargets(context.Background(), files, []string{name}, nil, given, variables, &bake.EntitlementConf{})
	if err != nil {
		return build{}, err
	}
	options, err := bake.TargetsToBuildOpt(targets, nil)
	if err != nil {
		return build{}, err
	}
	o, ok := options[name]
	if !ok {
		return build{}, fmt.Errorf("a group has this name")
	}
	b := build{Context: o.Inputs.ContextPath, Dockerfile: o.Inputs.DockerfilePath, Inline: o.Inputs.DockerfileInline,
		Target: o.Target, Args: o.BuildArgs, Contexts: map[string]string{}, Platforms: targets[name].Platforms}
	if b.Inline != "" {
		b.Dockerfile = ""
	}
	if wd, err := os.Getwd(); err == nil && filepath.IsAbs(b.Dockerfile) {
		if rel, err := filepath.Rel(wd, b.Dockerfile); err == nil && !strings.HasPrefix(rel, "../") {
			b.Dockerfile = rel
		}
	}
	for k, v := range o.Inputs.NamedContexts {
		b.Contexts[k] = v.Path
	}
	return b, nil
}
